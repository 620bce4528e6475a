//! The gifts of a member. Each gift is given once to a person, so a merge of two records of one person takes the
//! second one back.

use crate::Points;

/// The points of a gift.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gift {
    /// The points that the member got.
    pub points: Points,
    /// The points of them that expired, from zero to [`Gift::points`].
    pub expired: Points,
}

impl Gift {
    /// A gift of today.
    #[must_use]
    pub const fn new(points: Points) -> Self {
        Self { points, expired: Points::ZERO }
    }

    fn unexpired(self) -> Points {
        self.points - self.expired
    }

    /// The larger of two gifts for one occasion, and the points of the second one that a merge takes back. Points
    /// that expired were of no use to the member, so the merge does not take them.
    fn join(self, other: Self) -> (Self, Points) {
        let unexpired = self.unexpired() + other.unexpired();
        let second = self.points.min(other.points);
        let taken = second.min(self.unexpired().max(other.unexpired()));
        let points = self.points.max(other.points);
        let expired = (points - (unexpired - taken)).max(Points::ZERO);
        (Self { points, expired }, taken)
    }
}

/// The points that a member got as gifts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GiftsReceived {
    /// For the enrolment.
    pub welcome: Gift,
    /// For the activation of the card.
    pub activation: Gift,
    /// For the birthday of [`Account::birthday_year`](crate::Account::birthday_year).
    pub birthday: Gift,
}

impl GiftsReceived {
    /// Counts points that expired and that no sale gave, to the earliest gift first.
    pub(crate) fn expire(&mut self, points: Points) {
        let mut left = points;
        for gift in [&mut self.welcome, &mut self.activation, &mut self.birthday] {
            let expired = gift.unexpired().min(left);
            gift.expired += expired;
            left -= expired;
        }
    }

    /// The gifts of two records of one person, and the points that the person got a second time. Two birthdays of
    /// different years are two occasions.
    pub(crate) fn join(self, other: Self, birthday: SameBirthday) -> (Self, Points) {
        let (welcome, second_welcome) = self.welcome.join(other.welcome);
        let (activation, second_activation) = self.activation.join(other.activation);
        let (birthday, second_birthday) = match birthday {
            SameBirthday::Yes => self.birthday.join(other.birthday),
            SameBirthday::No { last } => (last, Points::ZERO),
        };
        let second = second_welcome + second_activation + second_birthday;
        (Self { welcome, activation, birthday }, second)
    }
}

/// Whether two gifts are for the birthday of one year.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SameBirthday {
    Yes,
    No {
        /// The later one.
        last: Gift,
    },
}
