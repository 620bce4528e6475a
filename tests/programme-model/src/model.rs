//! The programme of the page, in plain code: a merchant, its members, and each operation with its expected answer.
//!
//! Where the page is silent, a comment says which reading was chosen.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub mod account;
pub mod earning;
pub mod programme;

use account::{Account, Origin, Programmes, View};
use earning::{
    Basket, Customer, DayCount, Earned, Moment, Part, earn_for_sale, earn_for_visit, floor,
    fraction,
};
use programme::{Programme, ReturnPolicy};

/// The largest amount of a document: 1,000,000.00 €, as the API document says.
const LARGEST_AMOUNT: i64 = 100_000_000;

/// The number of a document in a history. A document is a sale or a return.
pub type DocumentNumber = usize;

/// The number of a member in a history.
pub type MemberNumber = usize;

/// An operation of a history.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// A sale. Without a member, the sale is anonymous.
    Sale {
        /// The number of the new document.
        document: DocumentNumber,
        /// The customer.
        member: Option<MemberNumber>,
        /// The instant of the sale.
        sold_at: Timestamp,
        /// The basket.
        basket: Basket,
    },
    /// A return that names its sale. The customer of the return is the customer of the sale.
    NamedReturn {
        /// The number of the new document.
        document: DocumentNumber,
        /// The sale.
        sale: DocumentNumber,
        /// Whether the request names the customer.
        names_member: bool,
        /// The instant of the return.
        sold_at: Timestamp,
        /// The amount returned.
        total_cents: i64,
    },
    /// A return that names no sale.
    UnnamedReturn {
        /// The number of the new document.
        document: DocumentNumber,
        /// The customer.
        member: MemberNumber,
        /// The instant of the return.
        sold_at: Timestamp,
        /// The basket.
        basket: Basket,
    },
    /// The cancellation of a sale or a return.
    Cancel {
        /// The document.
        document: DocumentNumber,
    },
    /// A visit without a sale.
    Visit {
        /// The member.
        member: MemberNumber,
        /// The instant of the visit.
        visited_at: Timestamp,
    },
    /// The attachment of an anonymous sale to its customer.
    Attach {
        /// The sale.
        sale: DocumentNumber,
        /// The customer.
        member: MemberNumber,
    },
    /// The move of a sale to another member.
    Move {
        /// The sale.
        sale: DocumentNumber,
        /// The right customer.
        member: MemberNumber,
    },
    /// A correction of a balance by hand.
    Adjust {
        /// The member.
        member: MemberNumber,
        /// The points; below zero for points taken.
        points: i64,
    },
    /// Points off a bill.
    Redeem {
        /// The member.
        member: MemberNumber,
        /// The points.
        points: i64,
    },
    /// A basket that is not paid yet.
    DryRun {
        /// The customer, if known.
        member: Option<MemberNumber>,
        /// The instant of the sale.
        sold_at: Timestamp,
        /// The basket.
        basket: Basket,
    },
    /// A look at a balance.
    Balance {
        /// The member.
        member: MemberNumber,
    },
}

/// An operation with its instant and its till.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The instant of the request.
    pub now: Timestamp,
    /// The code of the establishment of the till.
    pub establishment: String,
    /// The operation.
    pub operation: Operation,
}

/// The outcome of an operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The history lacks something that the operation needs, or the page says nothing about this case. The operation is
    /// not sent.
    Skipped,
    /// The operation is refused.
    Refused {
        /// The status.
        status: u16,
        /// The code of the refusal or of one of its fields, if the documents name one.
        code: Option<&'static str>,
    },
    /// The operation is done.
    Done(Box<Answer>),
}

/// The expected numbers of an answer. An absent number is not compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The points that the operation gave, or took where the number is below zero.
    pub points: Option<i64>,
    /// The parts of the points, in any order.
    pub earned: Option<Vec<Part>>,
    /// The balance and the points that wait, after the operation.
    pub view: Option<View>,
    /// The balance and the points that would wait after the sale of a dry run.
    pub view_after: Option<View>,
}

/// A member.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Member {
    /// The birth date.
    pub birth_date: Option<Date>,
    account: Account,
}

/// A sale or a return that was recorded.
#[derive(Clone, Debug, PartialEq)]
struct Document {
    moment: Moment,
    member: Option<MemberNumber>,
    basket: Basket,
    cancelled: bool,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Sale {
        /// The points that the sale counts as having given.
        gave: i64,
        /// Whether the sale had earned points when it was recorded.
        had_earned: bool,
        /// The amount that returns in force returned.
        returned_cents: i64,
        /// The points that returns in force took back, forgiven points included.
        taken_back: i64,
    },
    Return {
        sale: Option<DocumentNumber>,
        /// The points that the sale lost by the return, forgiven points included.
        lost: i64,
        /// The points taken from the balance.
        taken: i64,
    },
}

/// A merchant with its programmes, members and documents.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The time zones of the establishments, by code.
    pub establishments: BTreeMap<String, TimeZone>,
    /// The dated programmes.
    pub programmes: Programmes,
    /// The members.
    pub members: BTreeMap<MemberNumber, Member>,
    documents: BTreeMap<DocumentNumber, Document>,
    /// The first days of the programmes that computed the points of a member's sale or visit.
    pub used_programmes: std::collections::BTreeSet<Date>,
    /// The first days of the programmes of refused sales and returns, which may count as used.
    pub perhaps_used_programmes: std::collections::BTreeSet<Date>,
}

impl Model {
    /// The local time of an establishment.
    #[must_use]
    pub fn moment(&self, establishment: &str, instant: Timestamp) -> Moment {
        let zone = self.establishments.get(establishment).cloned().unwrap_or(TimeZone::UTC);
        let local = instant.to_zoned_datetime(zone);
        Moment {
            day: local.date(),
            utc_day: TimeZone::UTC.to_datetime(instant).date(),
            minute: i64::from(local.hour()) * 60 + i64::from(local.minute()),
            establishment: establishment.to_owned(),
        }
    }

    /// The day of a document.
    #[must_use]
    pub fn day_of(&self, document: DocumentNumber) -> Option<Date> {
        self.documents.get(&document).map(|document| document.moment.day)
    }

    /// The establishment of a document.
    #[must_use]
    pub fn establishment_of(&self, document: DocumentNumber) -> Option<&str> {
        self.documents.get(&document).map(|document| document.moment.establishment.as_str())
    }

    /// The customer of a document.
    #[must_use]
    pub fn member_of(&self, document: DocumentNumber) -> Option<MemberNumber> {
        self.documents.get(&document)?.member
    }

    /// Enrols a member whose card is activated at once. The gifts are those of the programme of today.
    pub fn enrol(
        &mut self,
        member: MemberNumber,
        birth_date: Option<Date>,
        establishment: &str,
        now: Timestamp,
    ) -> View {
        let today = self.moment(establishment, now).day;
        let mut account = Account::default();
        if let Some(programme) = self.programmes.of_day(today) {
            let gifts = programme.gifts.welcome + programme.gifts.activation;
            account.give(today, Origin::Given, gifts);
        }
        let view = account.view(&self.programmes, today);
        self.members.insert(member, Member { birth_date, account });
        view
    }

    /// The balance of a member at a till.
    #[must_use]
    pub fn view(&self, member: MemberNumber, establishment: &str, now: Timestamp) -> Option<View> {
        let today = self.moment(establishment, now).day;
        Some(self.members.get(&member)?.account.view(&self.programmes, today))
    }

    /// The members whose accounts an operation changes or shows.
    #[must_use]
    pub fn members_of(&self, operation: &Operation) -> Vec<MemberNumber> {
        match operation {
            Operation::Sale { member, .. } | Operation::DryRun { member, .. } => {
                member.iter().copied().collect()
            }
            Operation::NamedReturn { sale: document, .. } | Operation::Cancel { document } => {
                self.member_of(*document).into_iter().collect()
            }
            Operation::Move { sale, member } => {
                self.member_of(*sale).into_iter().chain([*member]).collect()
            }
            Operation::UnnamedReturn { member, .. }
            | Operation::Visit { member, .. }
            | Operation::Attach { member, .. }
            | Operation::Adjust { member, .. }
            | Operation::Redeem { member, .. }
            | Operation::Balance { member } => vec![*member],
        }
    }

    /// Does an operation, and answers the expected outcome.
    pub fn apply(&mut self, step: &Step) -> Outcome {
        let outcome = match &step.operation {
            Operation::Sale { document, member, sold_at, basket } => {
                self.sell(step, *document, *member, *sold_at, basket)
            }
            Operation::NamedReturn { document, sale, sold_at, total_cents, .. } => {
                self.return_named(step, *document, *sale, *sold_at, *total_cents)
            }
            Operation::UnnamedReturn { document, member, sold_at, basket } => {
                self.return_unnamed(step, *document, *member, *sold_at, basket)
            }
            Operation::Cancel { document } => self.cancel(*document),
            Operation::Visit { member, visited_at } => self.visit(step, *member, *visited_at),
            Operation::Attach { sale, member } => self.attach(*sale, *member),
            Operation::Move { sale, member } => self.move_sale(*sale, *member),
            Operation::Adjust { member, points } => self.adjust(step, *member, *points),
            Operation::Redeem { member, points } => self.redeem(step, *member, *points),
            Operation::DryRun { member, sold_at, basket } => {
                self.dry_run(step, *member, *sold_at, basket)
            }
            Operation::Balance { member } => self.look(step, *member),
        };
        if matches!(outcome, Some(Outcome::Refused { .. })) {
            self.perhaps_use_programme(step);
        }
        outcome.unwrap_or(Outcome::Skipped)
    }

    fn sell(
        &mut self,
        step: &Step,
        number: DocumentNumber,
        member: Option<MemberNumber>,
        sold_at: Timestamp,
        basket: &Basket,
    ) -> Option<Outcome> {
        let moment = self.moment(&step.establishment, sold_at);
        // An anonymous sale gives no points until it is attached.
        let earned = match member {
            Some(member) => self.earn(member, &moment, basket)?,
            None => Earned::default(),
        };
        self.documents.insert(
            number,
            Document {
                moment,
                member,
                basket: basket.clone(),
                cancelled: false,
                kind: Kind::Sale {
                    gave: earned.points,
                    had_earned: earned.points > 0,
                    returned_cents: 0,
                    taken_back: 0,
                },
            },
        );
        Some(done(Answer {
            points: Some(earned.points),
            earned: parts(&earned),
            view: member.and_then(|member| self.view(member, &step.establishment, step.now)),
            view_after: None,
        }))
    }

    /// Computes the points of a member's sale, and gives them.
    fn earn(&mut self, member: MemberNumber, moment: &Moment, basket: &Basket) -> Option<Earned> {
        let account = &self.members.get(&member)?.account;
        let counted = account.counted(moment.day);
        let earned = self.would_earn(Some(member), moment, basket, counted);
        self.use_programme(moment.day);
        self.credit(member, moment, Origin::Sale, earned.points)?;
        Some(earned)
    }

    fn would_earn(
        &self,
        member: Option<MemberNumber>,
        moment: &Moment,
        basket: &Basket,
        counted: DayCount,
    ) -> Earned {
        let customer = self.customer(member);
        match self.programmes.of_day(moment.day) {
            Some(programme) => earn_for_sale(programme, basket, moment, &customer, counted),
            None => Earned::default(),
        }
    }

    fn customer(&self, member: Option<MemberNumber>) -> Customer {
        member.and_then(|member| self.members.get(&member)).map_or_else(
            Customer::default,
            |member| Customer {
                level: member.account.level_code(),
                birth_month: member.birth_date.map(Date::month),
            },
        )
    }

    /// Gives the points of a sale or a visit: to the balance, the day, the year, and perhaps the level.
    fn credit(
        &mut self,
        member: MemberNumber,
        moment: &Moment,
        origin: Origin,
        points: i64,
    ) -> Option<()> {
        let day = moment.day;
        let levels = self.programmes.of_day(day).map(|programme| programme.levels.clone());
        let account = &mut self.members.get_mut(&member)?.account;
        account.is_active_on(moment.utc_day);
        if origin == Origin::Sale {
            account.is_active_on(day);
        }
        account.give(day, origin, points);
        account.add_to_year(day, points);
        if points > 0 {
            account.count(day, points, 1);
        }
        account.reach_level(&levels.unwrap_or_default(), day);
        Some(())
    }

    fn return_named(
        &mut self,
        step: &Step,
        number: DocumentNumber,
        sale_number: DocumentNumber,
        sold_at: Timestamp,
        total_cents: i64,
    ) -> Option<Outcome> {
        if total_cents > LARGEST_AMOUNT {
            return Some(refused(422, None));
        }
        let moment = self.moment(&step.establishment, sold_at);
        let policy = self.policy(moment.day);
        let sale = self.documents.get_mut(&sale_number)?;
        let Kind::Sale { gave, returned_cents, taken_back, .. } = &mut sale.kind else {
            return Some(refused(422, Some("returned_sale_not_in_force")));
        };
        if sale.cancelled {
            return Some(refused(422, Some("returned_sale_not_in_force")));
        }
        if *returned_cents + total_cents > sale.basket.total_cents {
            return Some(refused(422, Some("return_exceeds_sale")));
        }
        if sale.basket.total_cents == 0 {
            // The page does not define the part of a sale of 0.00 €.
            return None;
        }
        *returned_cents += total_cents;
        let share = fraction(*returned_cents, sale.basket.total_cents);
        let lost = (floor(&(fraction(*gave, 1) * share)) - *taken_back).max(0);
        *taken_back += lost;
        let member = sale.member;
        let day = sale.moment.day;
        self.use_programme(moment.day);
        let taken = match member {
            Some(member) => {
                self.members.get_mut(&member)?.account.is_active_on(moment.utc_day);
                self.take_back(member, day, lost, policy, true)?
            }
            None => 0,
        };
        self.documents.insert(
            number,
            Document {
                moment,
                member,
                basket: Basket { total_cents, lines: Vec::new() },
                cancelled: false,
                kind: Kind::Return { sale: Some(sale_number), lost, taken },
            },
        );
        Some(self.answer_to_return(step, member, taken))
    }

    fn return_unnamed(
        &mut self,
        step: &Step,
        number: DocumentNumber,
        member: MemberNumber,
        sold_at: Timestamp,
        basket: &Basket,
    ) -> Option<Outcome> {
        let moment = self.moment(&step.establishment, sold_at);
        self.members.get_mut(&member)?.account.is_active_on(moment.utc_day);
        let policy = self.policy(moment.day);
        let lost = self.would_earn(Some(member), &moment, basket, DayCount::default()).points;
        self.use_programme(moment.day);
        let taken = self.take_back(member, moment.day, lost, policy, false)?;
        self.documents.insert(
            number,
            Document {
                moment,
                member: Some(member),
                basket: basket.clone(),
                cancelled: false,
                kind: Kind::Return { sale: None, lost, taken },
            },
        );
        Some(self.answer_to_return(step, Some(member), taken))
    }

    fn answer_to_return(&self, step: &Step, member: Option<MemberNumber>, taken: i64) -> Outcome {
        done(Answer {
            points: Some(-taken),
            earned: Some(Vec::new()),
            view: member.and_then(|member| self.view(member, &step.establishment, step.now)),
            view_after: None,
        })
    }

    /// Takes points of a sale back: from the balance, the year and, if `counts`, from the day of the sale.
    fn take_back(
        &mut self,
        member: MemberNumber,
        day: Date,
        points: i64,
        policy: ReturnPolicy,
        counts: bool,
    ) -> Option<i64> {
        let account = &mut self.members.get_mut(&member)?.account;
        let taken = account.take(points, day, policy);
        account.add_to_year(day, -taken);
        if counts {
            account.count(day, -taken, 0);
        }
        Some(taken)
    }

    fn cancel(&mut self, number: DocumentNumber) -> Option<Outcome> {
        let document = self.documents.get(&number)?.clone();
        if document.cancelled {
            return Some(done(Answer::default()));
        }
        match document.kind {
            Kind::Sale { returned_cents: 1.., .. } => return Some(refused(409, None)),
            Kind::Sale { gave, had_earned, taken_back, .. } => {
                let day = document.moment.day;
                if let Some(member) = document.member {
                    self.uncredit(member, day, gave - taken_back, had_earned)?;
                }
            }
            Kind::Return { sale: Some(sale), lost, taken } => {
                let cents = document.basket.total_cents;
                self.cancel_named_return(sale, cents, lost, taken)?;
            }
            Kind::Return { sale: None, taken, .. } => {
                let day = document.moment.day;
                let account = &mut self.members.get_mut(&document.member?)?.account;
                account.give(day, Origin::Sale, taken);
                account.add_to_year(day, taken);
            }
        }
        self.documents.get_mut(&number)?.cancelled = true;
        Some(done(Answer::default()))
    }

    /// Takes a sale away from a member: its points by the policy of its day, and its visit.
    fn uncredit(
        &mut self,
        member: MemberNumber,
        day: Date,
        points: i64,
        had_earned: bool,
    ) -> Option<()> {
        let policy = self.policy(day);
        let taken = self.take_back(member, day, points, policy, false)?;
        let account = &mut self.members.get_mut(&member)?.account;
        account.count(day, -taken, if had_earned { -1 } else { 0 });
        Some(())
    }

    fn cancel_named_return(
        &mut self,
        sale_number: DocumentNumber,
        cents: i64,
        lost: i64,
        taken: i64,
    ) -> Option<()> {
        let sale = self.documents.get_mut(&sale_number)?;
        let day = sale.moment.day;
        let mut held_back = 0;
        if let Some(member) = sale.member {
            let account = &mut self.members.get_mut(&member)?.account;
            let cap = self.programmes.of_day(day).and_then(|programme| programme.daily_cap);
            let given = match cap {
                Some(cap) => taken.min((cap - account.counted(day).points).max(0)),
                None => taken,
            };
            held_back = taken - given;
            // The points come back as points of the sale's day. The page does not name their day.
            account.give(day, Origin::Sale, given);
            account.add_to_year(day, given);
            account.count(day, given, 0);
        }
        if let Kind::Sale { returned_cents, taken_back, .. } = &mut sale.kind {
            *returned_cents -= cents;
            *taken_back -= lost - held_back;
        }
        Some(())
    }

    fn visit(&mut self, step: &Step, member: MemberNumber, at: Timestamp) -> Option<Outcome> {
        let moment = self.moment(&step.establishment, at);
        let counted = self.members.get(&member)?.account.counted(moment.day);
        let customer = self.customer(Some(member));
        let earned = match self.programmes.of_day(moment.day) {
            Some(programme) => earn_for_visit(programme, &moment, &customer, counted),
            None => Earned::default(),
        };
        self.use_programme(moment.day);
        self.credit(member, &moment, Origin::Given, earned.points)?;
        Some(done(Answer {
            points: Some(earned.points),
            earned: None,
            view: self.view(member, &step.establishment, step.now),
            view_after: None,
        }))
    }

    fn attach(&mut self, number: DocumentNumber, member: MemberNumber) -> Option<Outcome> {
        let sale = self.documents.get(&number)?.clone();
        if sale.member == Some(member) {
            // The sale is the member's already. The documents do not define this request.
            return None;
        }
        if !matches!(sale.kind, Kind::Sale { .. }) || sale.cancelled || sale.member.is_some() {
            return Some(refused(409, None));
        }
        if matches!(sale.kind, Kind::Sale { returned_cents: 1.., .. }) {
            // The page does not define the points of an anonymous sale that was returned before.
            return None;
        }
        let earned = self.earn(member, &sale.moment, &sale.basket)?;
        let document = self.documents.get_mut(&number)?;
        document.member = Some(member);
        if let Kind::Sale { gave, had_earned, .. } = &mut document.kind {
            *gave = earned.points;
            *had_earned = earned.points > 0;
        }
        Some(done(Answer {
            points: Some(earned.points),
            earned: parts(&earned),
            ..Answer::default()
        }))
    }

    fn move_sale(&mut self, number: DocumentNumber, to: MemberNumber) -> Option<Outcome> {
        let sale = self.documents.get(&number)?.clone();
        if sale.member == Some(to) {
            return None;
        }
        let Kind::Sale { gave, had_earned, returned_cents, taken_back } = sale.kind else {
            return Some(refused(409, None));
        };
        let (Some(from), false, 0) = (sale.member, sale.cancelled, returned_cents) else {
            return Some(refused(409, None));
        };
        // The former member loses the sale as by its cancellation. The other member gets the same points, also those that
        // the policy of returns forgave the former one.
        let day = sale.moment.day;
        self.members.get(&to)?;
        self.uncredit(from, day, gave - taken_back, had_earned)?;
        let levels = self.programmes.of_day(day).map(|programme| programme.levels.clone());
        let account = &mut self.members.get_mut(&to)?.account;
        account.is_active_on(sale.moment.utc_day);
        account.is_active_on(day);
        let moved = gave - taken_back;
        account.give(day, Origin::Sale, moved);
        account.add_to_year(day, moved);
        account.count(day, moved, i64::from(had_earned));
        account.reach_level(&levels.unwrap_or_default(), day);
        self.documents.get_mut(&number)?.member = Some(to);
        Some(done(Answer { points: Some(moved), ..Answer::default() }))
    }

    fn adjust(&mut self, step: &Step, member: MemberNumber, points: i64) -> Option<Outcome> {
        let today = self.moment(&step.establishment, step.now).day;
        let account = &mut self.members.get_mut(&member)?.account;
        if points > 0 {
            account.give(today, Origin::Given, points);
        } else if !account.spend(&self.programmes, today, -points) {
            return Some(refused(409, Some("not_enough_points")));
        }
        Some(self.answer_to_move_of_points(step, member, points))
    }

    fn redeem(&mut self, step: &Step, member: MemberNumber, points: i64) -> Option<Outcome> {
        let moment = self.moment(&step.establishment, step.now);
        let account = &mut self.members.get_mut(&member)?.account;
        if !account.spend(&self.programmes, moment.day, points) {
            return Some(refused(409, Some("not_enough_points")));
        }
        account.is_active_on(moment.utc_day);
        Some(self.answer_to_move_of_points(step, member, points))
    }

    fn answer_to_move_of_points(&self, step: &Step, member: MemberNumber, points: i64) -> Outcome {
        done(Answer {
            points: Some(points),
            earned: None,
            view: self.view(member, &step.establishment, step.now),
            view_after: None,
        })
    }

    fn dry_run(
        &self,
        step: &Step,
        member: Option<MemberNumber>,
        sold_at: Timestamp,
        basket: &Basket,
    ) -> Option<Outcome> {
        let moment = self.moment(&step.establishment, sold_at);
        let Some(member) = member else {
            let earned = self.would_earn(None, &moment, basket, DayCount::default());
            return Some(done(Answer {
                points: Some(earned.points),
                earned: parts(&earned),
                ..Answer::default()
            }));
        };
        let before = self.view(member, &step.establishment, step.now)?;
        let mut after = self.clone();
        let earned = after.earn(member, &moment, basket)?;
        Some(done(Answer {
            points: Some(earned.points),
            earned: parts(&earned),
            view: Some(before),
            view_after: after.view(member, &step.establishment, step.now),
        }))
    }

    fn look(&self, step: &Step, member: MemberNumber) -> Option<Outcome> {
        let view = self.view(member, &step.establishment, step.now)?;
        Some(done(Answer { view: Some(view), ..Answer::default() }))
    }

    /// The policy of returns of a day. Points of a day before the first programme are none.
    fn policy(&self, day: Date) -> ReturnPolicy {
        self.programmes.of_day(day).map_or(ReturnPolicy::Negative, |programme| programme.returns)
    }

    fn perhaps_use_programme(&mut self, step: &Step) {
        if let Operation::Sale { sold_at, .. }
        | Operation::NamedReturn { sold_at, .. }
        | Operation::UnnamedReturn { sold_at, .. } = &step.operation
        {
            let day = self.moment(&step.establishment, *sold_at).day;
            self.perhaps_used_programmes.extend(self.programmes.first_day_of(day));
        }
    }

    fn use_programme(&mut self, day: Date) {
        self.used_programmes.extend(self.programmes.first_day_of(day));
    }
}

/// The parts of the points, unless the limit of a sale took points away: the page names no part for these.
fn parts(earned: &Earned) -> Option<Vec<Part>> {
    (!earned.limited).then(|| earned.parts.clone())
}

fn done(answer: Answer) -> Outcome {
    Outcome::Done(Box::new(answer))
}

fn refused(status: u16, code: Option<&'static str>) -> Outcome {
    Outcome::Refused { status, code }
}

/// Whether a programme gives points for anything.
#[must_use]
pub fn earns_something(programme: &Programme) -> bool {
    programme.spend.iter().any(|rule| rule.points > 0)
        || !programme.visits.is_empty()
        || !programme.bonuses.is_empty()
}

#[cfg(test)]
mod tests;
