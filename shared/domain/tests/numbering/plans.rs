//! What libphonenumber's metadata say of the numbers behind a country code.

use crate::graph::{Graph, MOBILE, NOTHING, NOWHERE, Node, OTHER};
use phonenumber::metadata::{DATABASE, Descriptor, Metadata};
use regex_automata::Anchored;
use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};
use std::collections::HashMap;

/// The country codes that share the French plan, which is not read by this.
pub(crate) const FRENCH: [u16; 5] = [33, 262, 590, 594, 596];

/// The longest number behind a country code.
const LONGEST: usize = 17;

/// A pattern of numbers, and the lengths they may have.
struct Pattern {
    automaton: dense::DFA<Vec<u32>>,
    lengths: Vec<u16>,
}

impl Pattern {
    fn new(expression: &str, lengths: &[u16]) -> Self {
        let automaton = dense::Builder::new()
            .configure(dense::Config::new().start_kind(StartKind::Anchored).minimize(true))
            .syntax(syntax::Config::new().unicode(false).utf8(false).ignore_whitespace(true))
            .build(&format!("(?:{expression})$"))
            .expect("a pattern of the metadata is an expression");
        Self { automaton, lengths: lengths.to_vec() }
    }

    fn of(descriptor: &Descriptor) -> Self {
        Self::new(descriptor.national_number().as_str(), descriptor.possible_length())
    }

    fn start(&self) -> StateID {
        let anchored = start::Config::new().anchored(Anchored::Yes);
        self.automaton.start_state(&anchored).expect("the automaton is anchored")
    }

    fn has(&self, state: StateID, length: usize) -> bool {
        let fits = |possible: &u16| usize::from(*possible) == length;
        self.automaton.is_match_state(self.automaton.next_eoi_state(state))
            && (self.lengths.is_empty() || self.lengths.iter().any(fits))
    }
}

/// The patterns of a region: one that its numbers begin with, where it shares its country code with
/// others, then that of all of its numbers, of its mobiles, of its fixed lines, and of the other kinds.
struct Region(Vec<Option<Pattern>>);

impl Region {
    fn of(metadata: &Metadata, is_alone: bool) -> Self {
        let numbers = metadata.descriptors();
        let leading = metadata.leading_digits().filter(|_| !is_alone);
        let leading = leading.map(|digits| format!("(?:{})[0-9]*", digits.as_str()));
        let kinds = [
            Some(numbers.general()),
            numbers.mobile(),
            numbers.fixed_line(),
            numbers.premium_rate(),
            numbers.toll_free(),
            numbers.shared_cost(),
            numbers.voip(),
            numbers.personal_number(),
            numbers.pager(),
            numbers.uan(),
            numbers.voicemail(),
        ];
        let mut patterns = vec![leading.map(|expression| Pattern::new(&expression, &[]))];
        patterns.extend(kinds.into_iter().map(|kind| kind.map(Pattern::of)));
        Self(patterns)
    }

    fn start(&self) -> Vec<Option<StateID>> {
        self.0.iter().map(|pattern| pattern.as_ref().map(Pattern::start)).collect()
    }

    fn next(&self, states: &[Option<StateID>], digit: u8) -> Vec<Option<StateID>> {
        let step = |(pattern, state): (&Option<Pattern>, &Option<StateID>)| {
            let automaton = &pattern.as_ref()?.automaton;
            let next = automaton.next_state((*state)?, digit);
            (!automaton.is_dead_state(next)).then_some(next)
        };
        self.0.iter().zip(states).map(step).collect()
    }

    /// What a number is that ends in these states; nothing where it is another region's.
    fn is(&self, states: &[Option<StateID>], length: usize) -> Option<u8> {
        let has = |(pattern, state): (&Option<Pattern>, &Option<StateID>)| {
            pattern.as_ref().zip(*state).is_some_and(|(pattern, state)| pattern.has(state, length))
        };
        let has: Vec<bool> = self.0.iter().zip(states).map(has).collect();
        let [leading, general, mobile, fixed, others @ ..] = &has[..] else { return None };
        let is_other = others.contains(&true);
        let is = match general {
            true if *mobile && !is_other => MOBILE,
            true if *fixed || is_other => OTHER,
            _ => NOTHING,
        };
        match &self.0[0] {
            Some(_) => leading.then_some(is),
            None => (is != NOTHING).then_some(is),
        }
    }
}

type States = Vec<Vec<Option<StateID>>>;

/// The regions of a country code.
struct Plan(Vec<Region>);

impl Plan {
    fn place(
        &self,
        graph: &mut Graph,
        known: &mut HashMap<(usize, States), u16>,
        states: States,
        length: usize,
    ) -> u16 {
        if length > LONGEST || states.iter().flatten().all(Option::is_none) {
            return NOWHERE;
        }
        let key = (length, states);
        if let Some(place) = known.get(&key) {
            return *place;
        }
        let states = &key.1;
        let regions = || self.0.iter().zip(states);
        let is = regions().find_map(|(region, states)| region.is(states, length));
        let mut node = Node { is: is.unwrap_or(NOTHING), ..Node::default() };
        for (digit, next) in (b'0'..=b'9').zip(&mut node.next) {
            let states = regions().map(|(region, states)| region.next(states, digit)).collect();
            *next = self.place(graph, known, states, length + 1);
        }
        let place = graph.place(node);
        known.insert(key, place);
        place
    }
}

/// The automaton of all country codes but those of the French plan.
pub(crate) fn automaton() -> Vec<u8> {
    let mut graph = Graph::new();
    let mut root = Node::default();
    for code in (1..1000).filter(|code| !FRENCH.contains(code)) {
        let Some(names) = DATABASE.region(&code) else { continue };
        let regions: Vec<&Metadata> = match names[..] {
            ["001"] => DATABASE.by_code(&code).into_iter().flatten().collect(),
            _ => names.iter().filter_map(|name| DATABASE.by_id(*name)).collect(),
        };
        let trunk = regions.first().and_then(|main| main.national_prefix());
        let is_alone = regions.len() == 1;
        let plan = Plan(regions.iter().map(|region| Region::of(region, is_alone)).collect());
        let states = plan.0.iter().map(Region::start).collect();
        let place = plan.place(&mut graph, &mut HashMap::new(), states, 0);
        let place = graph.with_trunk(place, trunk.unwrap_or_default().as_bytes());
        root = graph.enter(root, code.to_string().as_bytes(), place);
    }
    graph.bytes(root)
}
