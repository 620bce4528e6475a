//! Drives a service by its API, and compares its answers with those of the model.

use std::collections::BTreeMap;
use std::fmt;

use fastrand::Rng;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use crate::generate::{self, Case, ESTABLISHMENTS};
use crate::model::account::View;
use crate::model::programme::Programme;
use crate::model::{Model, Operation, Outcome, Step};

mod answer;
mod describe;
mod reduce;
mod request;

/// The most disagreements of one kind that are reduced to a short history. The others are counted.
const REDUCED_OF_A_KIND: u64 = 1;

/// The most disagreements of a run that are reduced.
const REDUCED_AT_MOST: usize = 10;

/// The credential of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// The key of the operator.
    Operator,
    /// The key of an establishment, as the service created it.
    Establishment(String),
}

/// A request to the service.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The method.
    pub method: &'static str,
    /// The path, from `/v1`.
    pub path: String,
    /// The credential.
    pub key: Key,
    /// The header `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The body.
    pub body: Option<Value>,
}

/// A service under comparison.
pub trait Service {
    /// Sets the clock of the service. Within a case the clock does not go back, but the next case may begin earlier.
    fn set_now(&mut self, now: Timestamp);

    /// Answers a request with a status and a body; `Value::Null` for no body.
    fn call(&mut self, request: &Request) -> (u16, Value);
}

/// The numbers of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// The cases, each with a merchant of its own.
    pub cases: u64,
    /// The random programmes that the service accepted.
    pub accepted: u64,
    /// The accepted programmes that computed a sale, a visit or a return.
    pub compared_programmes: u64,
    /// The refused programmes.
    pub refused: u64,
    /// The refused programmes by the code of the refusal and the field.
    pub refusals: BTreeMap<String, u64>,
    /// The faulty programmes that the service refused, as the page says, by fault.
    pub faults: BTreeMap<&'static str, u64>,
    /// The operations that were sent, by kind. Those that the model expects to be refused are counted apart.
    pub operations: BTreeMap<&'static str, u64>,
    /// The values that were compared.
    pub comparisons: u64,
}

/// A value that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The value.
    pub value: String,
    /// The expected value and the one of the service.
    pub detail: String,
}

impl Difference {
    fn status(detail: String) -> Self {
        Self { value: "status".to_owned(), detail }
    }

    /// The difference in the balance of a member.
    fn of(self, member: usize, when: &str) -> Self {
        Self {
            value: format!("{} {when}", self.value),
            detail: format!("member {member}: {}", self.detail),
        }
    }
}

/// A disagreement, with the shortest history that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Disagreement {
    /// The case, reduced.
    pub case: Case,
    /// The differences of the last operation.
    pub differences: Vec<Difference>,
}

/// The result of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The seed.
    pub seed: u64,
    /// The numbers.
    pub counts: Counts,
    /// The number of cases with a disagreement. A case ends with its first disagreement.
    pub disagreeing_cases: u64,
    /// The cases with a disagreement by the kind of operation and the first value that differs.
    pub kinds: BTreeMap<String, u64>,
    /// The first disagreements of each kind.
    pub disagreements: Vec<Disagreement>,
    /// The reason why the run stopped early: the service did not create a merchant, a key or a member.
    pub stopped: Option<String>,
}

impl Report {
    /// Whether the run was complete and without disagreement.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.stopped.is_none() && self.disagreeing_cases == 0
    }
}

/// Compares random cases of a seed until `programmes` accepted programmes were compared.
///
/// A service that refuses nearly all programmes stops the run.
pub fn run(service: &mut dyn Service, seed: u64, programmes: u64) -> Report {
    let mut rng = Rng::with_seed(seed);
    let mut report = Report { seed, ..Report::default() };
    let mut player = Player { service, run: seed, attempts: 0 };
    while report.counts.compared_programmes < programmes {
        if report.counts.cases >= programmes * 5 + 20 {
            report.stopped = Some("too few programmes are accepted and used".to_owned());
            break;
        }
        let case = generate::case(rng.u64(..));
        if let Some(stopped) = examine(&mut player, case, &mut report) {
            report.stopped = Some(stopped);
            break;
        }
    }
    report
}

/// Compares one case, by the seed that the report of a disagreement shows.
pub fn replay(service: &mut dyn Service, case_seed: u64) -> Report {
    let mut report = Report { seed: case_seed, ..Report::default() };
    let mut player = Player { service, run: case_seed, attempts: 0 };
    report.stopped = examine(&mut player, generate::case(case_seed), &mut report);
    report
}

/// Plays a case into a report. Answers the reason to stop the run.
fn examine(player: &mut Player<'_>, case: Case, report: &mut Report) -> Option<String> {
    report.counts.cases += 1;
    match player.play(&case, &mut report.counts) {
        Played::Agreed => None,
        Played::NotSetUp(reason) => Some(reason),
        Played::Disagreed { step, differences } => {
            report.disagreeing_cases += 1;
            let of_kind = report.kinds.entry(kind_of(&case, step, &differences)).or_default();
            *of_kind += 1;
            if *of_kind <= REDUCED_OF_A_KIND && report.disagreements.len() < REDUCED_AT_MOST {
                report.disagreements.push(reduce::reduce(player, case, step, differences));
            }
            None
        }
    }
}

/// The kind of operation of a disagreement, with the first value that differs.
fn kind_of(case: &Case, step: Option<usize>, differences: &[Difference]) -> String {
    let operation = step
        .and_then(|step| case.steps.get(step))
        .map_or("before the history", |step| describe::kind(&step.operation));
    let value = differences.first().map_or("nothing", |difference| &difference.value);
    format!("{operation}, {value}")
}

/// The result of playing a case.
enum Played {
    Agreed,
    Disagreed {
        /// The index of the step. None before the history.
        step: Option<usize>,
        differences: Vec<Difference>,
    },
    NotSetUp(String),
}

/// Plays cases on a service. Each attempt has a merchant of its own.
struct Player<'a> {
    service: &'a mut dyn Service,
    run: u64,
    attempts: u64,
}

/// The identifiers of a case at the service.
#[derive(Default)]
struct Identifiers {
    merchant: String,
    keys: BTreeMap<String, String>,
    members: BTreeMap<usize, String>,
    purchases: BTreeMap<usize, String>,
    /// A text that no other attempt has.
    attempt: String,
}

impl Player<'_> {
    fn play(&mut self, case: &Case, counts: &mut Counts) -> Played {
        let mut model = Model::default();
        let mut identifiers = match self.create_merchant(case, &mut model, counts) {
            Ok(identifiers) => identifiers,
            Err(reason) => return Played::NotSetUp(reason),
        };
        if let Some(difference) = self.send_faulty_programme(case, &identifiers, counts) {
            return Played::Disagreed { step: None, differences: vec![difference] };
        }
        let accepted: Vec<Date> = case
            .programmes
            .iter()
            .map(|(day, _)| *day)
            .filter(|day| model.programmes.0.contains_key(day))
            .collect();
        if accepted.is_empty() && !case.programmes.is_empty() {
            return Played::Agreed;
        }
        match self.enrol(case, &mut model, &mut identifiers, counts) {
            Ok(differences) if differences.is_empty() => {}
            Ok(differences) => return Played::Disagreed { step: None, differences },
            Err(reason) => return Played::NotSetUp(reason),
        }
        let mut played = Played::Agreed;
        for (index, step) in case.steps.iter().enumerate() {
            let differences = self.step(step, &mut model, &mut identifiers, index, counts);
            if !differences.is_empty() {
                played = Played::Disagreed { step: Some(index), differences };
                break;
            }
        }
        if matches!(played, Played::Agreed)
            && let Some(difference) = self.change_the_past(case, &model, &identifiers, counts)
        {
            let step = case.steps.len().checked_sub(1);
            played = Played::Disagreed { step, differences: vec![difference] };
        }
        let used = accepted.iter().filter(|day| model.used_programmes.contains(day)).count();
        counts.compared_programmes += used as u64;
        played
    }

    fn create_merchant(
        &mut self,
        case: &Case,
        model: &mut Model,
        counts: &mut Counts,
    ) -> Result<Identifiers, String> {
        self.attempts += 1;
        let attempt = format!("model-{:x}-{:x}-{}", self.run, case.seed, self.attempts);
        let mut identifiers = Identifiers { attempt: attempt.clone(), ..Identifiers::default() };
        self.service.set_now(case.start);
        let merchant = self.operator("POST", "/v1/merchants", request::merchant(&attempt, case))?;
        let id = text(&merchant, "merchant_id")?;
        identifiers.merchant.clone_from(&id);
        let first = text(&merchant["programmes"][0], "valid_from")?;
        let first: Date = first.parse().map_err(|error| format!("{first}: {error}"))?;
        model.programmes.0.insert(first, case.base.clone());

        for (code, zone) in ESTABLISHMENTS {
            let path = format!("/v1/merchants/{id}/establishments/{code}");
            self.operator("PUT", &path, json!({ "name": code, "time_zone": zone }))?;
            let key = json!({ "mode": "live", "scope": "back_office", "label": "Comparaison" });
            let key = self.operator("POST", &format!("{path}/keys"), key)?;
            identifiers.keys.insert(code.to_owned(), text(&key, "key")?);
            let zone = TimeZone::get(zone).map_err(|error| error.to_string())?;
            model.establishments.insert(code.to_owned(), zone);
        }
        for (day, programme) in &case.programmes {
            let (status, answer) = self.put_programme(&id, *day, programme);
            match status {
                200 | 201 => {
                    counts.accepted += 1;
                    model.programmes.0.insert(*day, programme.clone());
                }
                422 => {
                    counts.refused += 1;
                    *counts.refusals.entry(answer::refusal(&answer)).or_default() += 1;
                }
                _ => return Err(format!("the programme of {day}: {status} {answer}")),
            }
        }
        Ok(identifiers)
    }

    fn put_programme(&mut self, merchant: &str, day: Date, programme: &Programme) -> (u16, Value) {
        self.service.call(&Request {
            method: "PUT",
            path: format!("/v1/merchants/{merchant}/programmes/{day}"),
            key: Key::Operator,
            idempotency_key: None,
            body: Some(json!(programme)),
        })
    }

    /// Sends the faulty programme of a case, for a day after its history. Answers the difference if it is accepted.
    fn send_faulty_programme(
        &mut self,
        case: &Case,
        identifiers: &Identifiers,
        counts: &mut Counts,
    ) -> Option<Difference> {
        let (fault, programme) = case.refused.as_ref()?;
        let day = case.faulty_programme_day();
        let (status, answer) = self.put_programme(&identifiers.merchant, day, programme);
        counts.comparisons += 1;
        if status == 422 {
            *counts.faults.entry(fault).or_default() += 1;
            return None;
        }
        Some(Difference {
            value: format!("status of a programme that {fault}"),
            detail: format!(
                "expected 422, the service answers {status} {answer} to {}",
                json!(programme)
            ),
        })
    }

    /// Sends a programme for a day that began before the end of the history. Answers the difference if it is accepted,
    /// unless the programme of that day is the present one and was not used. Where a refused sale or return may have
    /// used it, nothing is sent.
    fn change_the_past(
        &mut self,
        case: &Case,
        model: &Model,
        identifiers: &Identifiers,
        counts: &mut Counts,
    ) -> Option<Difference> {
        let last = case.steps.last()?.now;
        self.service.set_now(last);
        let today = TimeZone::UTC.to_datetime(last).date();
        let day = today.saturating_sub(2.days());
        let present = model.programmes.first_day_of(today);
        let is_unused = present.is_some_and(|first| !model.used_programmes.contains(&first));
        if is_unused && present.is_some_and(|first| model.perhaps_used_programmes.contains(&first))
        {
            return None;
        }
        let expected =
            if present == model.programmes.first_day_of(day) && is_unused { 200 } else { 422 };
        let (status, answer) = self.put_programme(&identifiers.merchant, day, &case.base);
        counts.comparisons += 1;
        (status != expected).then(|| Difference {
            value: "status of a programme for a day that has begun".to_owned(),
            detail: format!("{day}: expected {expected}, the service answers {status} {answer}"),
        })
    }

    fn operator(&mut self, method: &'static str, path: &str, body: Value) -> Result<Value, String> {
        let (status, answer) = self.service.call(&Request {
            method,
            path: path.to_owned(),
            key: Key::Operator,
            idempotency_key: None,
            body: Some(body),
        });
        if (200..300).contains(&status) {
            Ok(answer)
        } else {
            Err(format!("{method} {path}: {status} {answer}"))
        }
    }

    fn enrol(
        &mut self,
        case: &Case,
        model: &mut Model,
        identifiers: &mut Identifiers,
        counts: &mut Counts,
    ) -> Result<Vec<Difference>, String> {
        self.service.set_now(case.enrolled_at);
        let establishment = ESTABLISHMENTS[0].0;
        let mut differences = Vec::new();
        for (number, birth_date) in case.members.iter().enumerate() {
            let body = request::member(number, *birth_date);
            let (status, answer) =
                self.till(establishment, "POST", "/v1/members", Some(body), None, identifiers);
            if status != 201 {
                return Err(format!("POST /v1/members: {status} {answer}"));
            }
            identifiers.members.insert(number, text(&answer, "member_id")?);
            let view = model.enrol(number, *birth_date, establishment, case.enrolled_at);
            let found = answer::compare_view(&view, &answer, counts);
            differences.extend(found.into_iter().map(|found| found.of(number, "of a new member")));
        }
        Ok(differences)
    }

    fn till(
        &mut self,
        establishment: &str,
        method: &'static str,
        path: &str,
        body: Option<Value>,
        idempotency_key: Option<String>,
        identifiers: &Identifiers,
    ) -> (u16, Value) {
        let key = identifiers.keys.get(establishment).cloned().unwrap_or_default();
        self.service.call(&Request {
            method,
            path: path.to_owned(),
            key: Key::Establishment(key),
            idempotency_key,
            body,
        })
    }

    /// Sends an operation, unless the model skips it. Answers the differences.
    fn step(
        &mut self,
        step: &Step,
        model: &mut Model,
        identifiers: &mut Identifiers,
        index: usize,
        counts: &mut Counts,
    ) -> Vec<Difference> {
        let before = model.clone();
        let touched = model.members_of(&step.operation);
        let outcome = model.apply(step);
        if outcome == Outcome::Skipped {
            return Vec::new();
        }
        let Some((method, path, body)) = request::of(step, &before, identifiers) else {
            // The operation names a document that the service refused too.
            return Vec::new();
        };
        self.service.set_now(step.now);
        let needs_key = matches!(
            step.operation,
            Operation::Visit { .. } | Operation::Adjust { .. } | Operation::Redeem { .. }
        );
        let body_again = body.clone();
        let idempotency_key = needs_key.then(|| format!("{}-{index}", identifiers.attempt));
        let (status, answer) =
            self.till(&step.establishment, method, &path, body, idempotency_key, identifiers);
        let kind = match outcome {
            Outcome::Refused { .. } => "refused",
            _ => describe::kind(&step.operation),
        };
        *counts.operations.entry(kind).or_default() += 1;
        let mut differences = answer::compare(&outcome, status, &answer, counts);
        if is_sent_again(&step.operation) {
            let (status, again) =
                self.till(&step.establishment, method, &path, body_again, None, identifiers);
            let found = answer::compare(&outcome, status, &again, counts);
            differences.extend(found.into_iter().map(|found| Difference {
                value: format!("{} in the answer to the repetition", found.value),
                ..found
            }));
        }
        if let Operation::Sale { document, .. }
        | Operation::NamedReturn { document, .. }
        | Operation::UnnamedReturn { document, .. } = step.operation
            && let Some(id) = answer["purchase_id"].as_str()
        {
            identifiers.purchases.insert(document, id.to_owned());
        }
        for member in touched {
            let Some(view) = model.view(member, &step.establishment, step.now) else { continue };
            let found = self.look(member, &view, step, identifiers, counts);
            differences.extend(found);
        }
        differences
    }

    /// Reads the balance of a member, and compares it with the expected one.
    fn look(
        &mut self,
        member: usize,
        view: &View,
        step: &Step,
        identifiers: &Identifiers,
        counts: &mut Counts,
    ) -> Vec<Difference> {
        let Some(id) = identifiers.members.get(&member) else { return Vec::new() };
        let path = format!("/v1/members/{id}/balance");
        let (status, answer) =
            self.till(&step.establishment, "GET", &path, None, None, identifiers);
        let found = if status == 200 {
            answer::compare_view(view, &answer, counts)
        } else {
            vec![Difference::status(format!("expected 200, the service answers {status} {answer}"))]
        };
        found.into_iter().map(|found| found.of(member, "afterwards")).collect()
    }
}

/// Whether the document of an operation is sent twice: every fifth document.
fn is_sent_again(operation: &Operation) -> bool {
    match operation {
        Operation::Sale { document, .. }
        | Operation::NamedReturn { document, .. }
        | Operation::UnnamedReturn { document, .. } => document % 5 == 2,
        _ => false,
    }
}

fn text(answer: &Value, field: &str) -> Result<String, String> {
    answer[field].as_str().map(str::to_owned).ok_or_else(|| format!("no {field} in {answer}"))
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "{} cases; {} programmes accepted, {} of them compared; {} refused; {} comparisons",
            self.cases, self.accepted, self.compared_programmes, self.refused, self.comparisons
        )?;
        let list = |counts: Vec<String>| counts.join(", ");
        let operations = self.operations.iter().map(|(kind, count)| format!("{count} {kind}"));
        writeln!(formatter, "operations: {}", list(operations.collect()))?;
        let refusals = self.refusals.iter().map(|(code, count)| format!("{count} {code}"));
        writeln!(formatter, "programmes refused: {}", list(refusals.collect()))?;
        let faults = self.faults.iter().map(|(fault, count)| format!("{count} {fault}"));
        write!(formatter, "programmes refused as expected: {}", list(faults.collect()))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "seed {}", self.seed)?;
        writeln!(formatter, "{}", self.counts)?;
        writeln!(formatter, "{} cases disagree", self.disagreeing_cases)?;
        for (kind, count) in &self.kinds {
            writeln!(formatter, "  {count} × {kind}")?;
        }
        if let Some(reason) = &self.stopped {
            writeln!(formatter, "stopped: {reason}")?;
        }
        for disagreement in &self.disagreements {
            writeln!(formatter, "\n{disagreement}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
