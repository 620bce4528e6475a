//! An automaton without cycles over digits, as small as it can be: no two nodes of it are alike.

use std::collections::HashMap;

/// The node of what is no number.
pub(crate) const NOWHERE: u16 = 0;
pub(crate) const NOTHING: u8 = 0;
pub(crate) const OTHER: u8 = 1;
/// A mobile; 1 more for each digit before it that is only dialled within the country.
pub(crate) const MOBILE: u8 = 2;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Node {
    /// What a number is that ends here.
    pub(crate) is: u8,
    /// Whether a country code ends here.
    pub(crate) ends_code: bool,
    /// The node that each digit leads to.
    pub(crate) next: [u16; 10],
}

pub(crate) struct Graph {
    nodes: Vec<Node>,
    places: HashMap<Node, u16>,
}

impl Graph {
    pub(crate) fn new() -> Self {
        let nowhere = Node::default();
        Self { nodes: vec![nowhere], places: HashMap::from([(nowhere, NOWHERE)]) }
    }

    pub(crate) fn node(&self, place: u16) -> Node {
        self.nodes[usize::from(place)]
    }

    /// The place of a node, the same for nodes that are alike.
    pub(crate) fn place(&mut self, node: Node) -> u16 {
        *self.places.entry(node).or_insert_with(|| {
            self.nodes.push(node);
            u16::try_from(self.nodes.len() - 1).expect("places are numbers of two bytes")
        })
    }

    /// The plan at `plan`, that is also read after the digits `trunk`.
    pub(crate) fn with_trunk(&mut self, plan: u16, trunk: &[u8]) -> u16 {
        match trunk {
            [] => plan,
            _ => self.after(plan, trunk, plan, u8::try_from(trunk.len()).expect("a digit or two")),
        }
    }

    fn after(&mut self, place: u16, trunk: &[u8], plan: u16, length: u8) -> u16 {
        let Some((first, rest)) = trunk.split_first() else {
            return self.either(place, plan, length, &mut HashMap::new());
        };
        let (mut node, digit) = (self.node(place), usize::from(first - b'0'));
        node.next[digit] = self.after(node.next[digit], rest, plan, length);
        self.place(node)
    }

    /// What `place` says of a number; where it says nothing, what `plan` says of it.
    fn either(
        &mut self,
        place: u16,
        plan: u16,
        trunk: u8,
        known: &mut HashMap<(u16, u16), u16>,
    ) -> u16 {
        if plan == NOWHERE {
            return place;
        }
        if let Some(both) = known.get(&(place, plan)) {
            return *both;
        }
        let (mut node, other) = (self.node(place), self.node(plan));
        if node.is == NOTHING {
            node.is = if other.is == MOBILE { MOBILE + trunk } else { other.is };
        }
        for (next, other) in node.next.iter_mut().zip(other.next) {
            *next = self.either(*next, other, trunk, known);
        }
        let both = self.place(node);
        known.insert((place, plan), both);
        both
    }

    /// Enters the plan of a country code into the tree of the codes at `root`.
    pub(crate) fn enter(&mut self, root: Node, code: &[u8], plan: u16) -> Node {
        let (mut node, digit) = (root, usize::from(code[0] - b'0'));
        node.next[digit] = match &code[1..] {
            [] => self.place(Node { ends_code: true, ..self.node(plan) }),
            rest => {
                let child = self.enter(self.node(node.next[digit]), rest, plan);
                self.place(child)
            }
        };
        node
    }

    /// The nodes in bytes, those that `root` leads to alone, itself the last.
    pub(crate) fn bytes(&self, root: Node) -> Vec<u8> {
        let mut kept = Self::new();
        let mut moved = HashMap::from([(NOWHERE, NOWHERE)]);
        let root = self.moved(root, &mut kept, &mut moved);
        kept.nodes.push(root);
        let bytes = kept.nodes.iter().flat_map(|node| {
            let next = node.next.iter().flat_map(|place| place.to_le_bytes());
            [node.is, node.ends_code.into()].into_iter().chain(next)
        });
        bytes.collect()
    }

    fn moved(&self, mut node: Node, kept: &mut Self, moved: &mut HashMap<u16, u16>) -> Node {
        for next in &mut node.next {
            if !moved.contains_key(next) {
                let child = self.moved(self.node(*next), kept, moved);
                let place = kept.place(child);
                moved.insert(*next, place);
            }
            *next = moved[next];
        }
        node
    }
}
