//! The progress of a file: first its parts, then the returns that each part left waiting.

use store::FinishedRange;

/// What a number of the parts of a file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// A part of the plan.
    Part(u32),
    /// The returns that a part of the plan left waiting for the sales of other parts.
    Waiting {
        /// The part.
        of: u32,
    },
}

impl Work {
    /// The work with a number, in a file whose plan has `parts` parts.
    pub(crate) fn numbered(number: u32, parts: u32) -> Self {
        number.checked_sub(parts).map_or(Self::Part(number), |of| Self::Waiting { of })
    }
}

/// The progress of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Some parts of the plan are not done.
    Parts,
    /// All parts of the plan are done, and the returns that some of them left waiting are not. The numbers are those
    /// of the remaining work.
    Waiting(Vec<u32>),
    /// Every row has an outcome.
    Complete,
}

impl Progress {
    /// The progress of a file whose plan has `parts` parts.
    pub(crate) fn of(parts: u32, done: &[FinishedRange]) -> Self {
        let (planned, waited): (Vec<_>, Vec<_>) =
            done.iter().partition(|range| range.number < parts);
        if planned.len() < usize::try_from(parts).unwrap_or(usize::MAX) {
            return Self::Parts;
        }
        let left = planned.iter().filter(|range| !range.waiting.is_empty());
        let remaining: Vec<u32> = left
            .map(|range| parts + range.number)
            .filter(|number| !waited.iter().any(|range| range.number == *number))
            .collect();
        if remaining.is_empty() { Self::Complete } else { Self::Waiting(remaining) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use store::RangeReport;

    fn done(number: u32, waiting: &[u64]) -> FinishedRange {
        let waiting = waiting.to_vec();
        FinishedRange { waiting, ..FinishedRange::new(number, RangeReport::default()) }
    }

    #[rstest]
    #[case::a_part_is_not_done(&[done(0, &[2])], Progress::Parts)]
    #[case::nothing_waits(&[done(0, &[]), done(1, &[])], Progress::Complete)]
    #[case::two_parts_left_returns(&[done(0, &[2]), done(1, &[9])], Progress::Waiting(vec![2, 3]))]
    #[case::one_is_done(&[done(0, &[2]), done(1, &[9]), done(3, &[])], Progress::Waiting(vec![2]))]
    #[case::one_left_returns(&[done(0, &[]), done(1, &[9])], Progress::Waiting(vec![3]))]
    #[case::all_are_done(&[done(0, &[]), done(1, &[9]), done(3, &[])], Progress::Complete)]
    fn a_file_is_complete_after_its_parts_and_the_returns_that_they_left(
        #[case] done: &[FinishedRange],
        #[case] progress: Progress,
    ) {
        assert_eq!(Progress::of(2, done), progress);
    }

    #[test]
    fn a_number_beyond_the_parts_is_that_of_returns_that_wait() {
        assert_eq!(Work::numbered(1, 2), Work::Part(1));
        assert_eq!(Work::numbered(3, 2), Work::Waiting { of: 1 });
    }
}
