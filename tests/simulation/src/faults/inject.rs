//! Where the world asks whether a fault happens now.

use super::{
    ALL, CallbackFault, Delivery, Effect, ObjectFault, Place, ScheduleFault, StreamFault,
    TILL_OFFLINE, TableFault,
};
use crate::world::call::Call;
use crate::world::invocation::Invocation;
use crate::world::{World, clock};
use fastrand::Rng;
use jiff::SignedDuration;

impl World {
    /// The fault that hits a call, if any.
    pub(crate) fn fault_of_call(&self, caller: &Invocation, call: &Call) -> Option<Effect> {
        let effect = self.inject(caller.operation, call.kind(), |place, random| match place {
            Place::Call(hit) => hit(call, random),
            _ => None,
        });
        if effect.is_some() {
            caller.note_fault();
        }
        effect
    }

    pub(crate) fn delivery_fault(&self, operation: &'static str) -> Option<Delivery> {
        self.inject(operation, "delivery", |place, random| match place {
            Place::Delivery(draw) => Some(draw(random)),
            _ => None,
        })
    }

    /// Another order for the messages of a queue, where the fault happens now.
    pub(crate) fn order_of_messages(&self, operation: &'static str) -> Option<Rng> {
        self.inject(operation, "order", |place, random| {
            matches!(place, Place::Order).then(|| random.fork())
        })
    }

    /// Whether a fault of the stream happens now.
    pub(crate) fn has_stream_fault(&self, operation: &'static str, wanted: StreamFault) -> bool {
        let kind = match wanted {
            StreamFault::Doubled => "batch of the stream",
            StreamFault::Split => "change of the stream",
        };
        let happens = self.inject(operation, kind, |place, _| match place {
            Place::Stream(fault) => (*fault == wanted).then_some(()),
            _ => None,
        });
        happens.is_some()
    }

    pub(crate) fn schedule_fault(&self, operation: &'static str) -> Option<ScheduleFault> {
        self.inject(operation, "schedule", |place, _| match place {
            Place::Schedule(fault) => Some(*fault),
            _ => None,
        })
    }

    pub(crate) fn object_fault(&self, operation: &'static str) -> Option<ObjectFault> {
        self.inject(operation, "object", |place, random| match place {
            Place::Object(draw) => Some(draw(random)),
            _ => None,
        })
    }

    pub(crate) fn callback_fault(&self, operation: &'static str) -> Option<CallbackFault> {
        self.inject(operation, "callback", |place, random| match place {
            Place::Callback(draw) => Some(draw(random)),
            _ => None,
        })
    }

    /// The fault of the table that happens now. Those who notice it count it.
    pub(crate) fn table_fault<T>(&self, wanted: impl Fn(TableFault) -> Option<T>) -> Option<T> {
        self.random(|random| {
            self.swarm.faults().find_map(|chosen| {
                let Place::Table(draw) = chosen.fault.place else { return None };
                let happens = random.f64() < chosen.rate && !chosen.is_left_out;
                happens.then(|| wanted(draw(random))).flatten()
            })
        })
    }

    /// How far the clock of a new till is ahead.
    pub(crate) fn clock_of_till(&self, random: &mut Rng) -> SignedDuration {
        let wrong = self.swarm.faults().find_map(|chosen| match chosen.fault.place {
            Place::Clock(draw) => {
                let is_wrong = random.f64() < chosen.rate && !chosen.is_left_out;
                is_wrong.then(|| draw(random))
            }
            _ => None,
        });
        wrong.unwrap_or_default()
    }

    /// Whether a till is offline now.
    pub(crate) fn is_offline(&self, operation: &'static str, random: &mut Rng) -> bool {
        self.coverage.note_possible(operation, TILL_OFFLINE);
        self.swarm.faults().any(|chosen| {
            matches!(chosen.fault.place, Place::Offline)
                && random.f64() < chosen.rate_of(operation)
                && !chosen.is_left_out
        })
    }

    /// The first fault of this run that happens at a place, counted for the operation. `kind` is the kind of the place:
    /// the same faults can happen at two places of one kind.
    fn inject<T>(
        &self,
        operation: &'static str,
        kind: &str,
        at: impl Fn(&Place, &mut Rng) -> Option<T>,
    ) -> Option<T> {
        if self.coverage.is_new(operation, kind) {
            let mut random = Rng::with_seed(0);
            for fault in ALL.into_iter().filter(|fault| at(&fault.place, &mut random).is_some()) {
                self.coverage.note_possible(operation, fault.name);
            }
        }
        let injected = self.random(|random| {
            self.swarm.faults().find_map(|chosen| {
                let happens = random.f64() < chosen.rate_of(operation) && !chosen.is_left_out;
                let effect = happens.then(|| at(&chosen.fault.place, random));
                Some((chosen.fault, effect.flatten()?))
            })
        });
        let (fault, effect) = injected?;
        self.coverage.count(operation, fault.name);
        self.history.event(|| {
            let caller = Invocation::current();
            let who = caller.map_or_else(|| operation.to_owned(), |caller| caller.to_string());
            format!("{} {who} meets {}", clock::now(), fault.name)
        });
        Some(effect)
    }
}
