//! Who follows whom: one arena of nodes without type parameters.
//!
//! A node is a value that can be followed, a computation (it follows others and is followed), an effect (it follows
//! others and does something), or only an owner. Each belongs to the one that it was made under, and goes with it.
//! Nothing here borrows the arena while foreign code runs.

use std::{
    any::{Any, TypeId},
    cell::RefCell,
    collections::VecDeque,
    mem,
    rc::Rc,
};

/// What a computation or an effect does; whether its value changed.
type Work = Rc<dyn Fn() -> bool>;

/// A place in the arena, and which of its tenants is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Id {
    place: u32,
    age: u32,
}

/// Whether what a node follows has changed since it last ran.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum State {
    #[default]
    Clean,
    /// Something further up changed; what lies between may come to the same.
    Check,
    Dirty,
}

#[derive(Default)]
struct Node {
    age: u32,
    alive: bool,
    is_effect: bool,
    queued: bool,
    state: State,
    value: Option<Rc<dyn Any>>,
    work: Option<Work>,
    sources: Vec<Id>,
    followers: Vec<Id>,
    parent: Option<Id>,
    children: Vec<Id>,
    cleanups: Vec<Box<dyn FnOnce()>>,
    context: Vec<Rc<dyn Any>>,
}

#[derive(Default)]
struct Graph {
    nodes: Vec<Node>,
    free: Vec<u32>,
    owner: Option<Id>,
    observer: Option<Id>,
    queue: VecDeque<Id>,
    flushing: bool,
}

thread_local! {
    static GRAPH: RefCell<Graph> = RefCell::default();
}

fn graph<R>(look: impl FnOnce(&mut Graph) -> R) -> R {
    GRAPH.with(|graph| look(&mut graph.borrow_mut()))
}

impl Graph {
    fn node(&mut self, id: Id) -> Option<&mut Node> {
        self.nodes.get_mut(id.place as usize).filter(|node| node.alive && node.age == id.age)
    }

    fn state(&mut self, id: Id) -> State {
        self.node(id).map(|node| node.state).unwrap_or_default()
    }

    /// Raises a node's state. An effect is queued; of a computation that was clean, those who follow it hear too.
    fn raise(&mut self, id: Id, state: State) {
        let was_idle = self.queue.is_empty() && !self.flushing;
        let mut waiting = VecDeque::from([(id, state)]);
        while let Some((id, state)) = waiting.pop_front() {
            let Some(node) = self.node(id) else { continue };
            let was = node.state;
            node.state = was.max(state);
            if node.is_effect {
                if !mem::replace(&mut node.queued, true) {
                    self.queue.push_back(id);
                }
            } else if was == State::Clean {
                waiting.extend(node.followers.iter().map(|follower| (*follower, State::Check)));
            }
        }
        if was_idle && !self.queue.is_empty() {
            soon();
        }
    }

    fn unlink(&mut self, id: Id, sources: &[Id]) {
        for source in sources {
            if let Some(source) = self.node(*source) {
                source.followers.retain(|follower| *follower != id);
            }
        }
    }

    /// Frees nodes with all that belongs to them, into `gone`: what they hold is dropped when nothing is borrowed.
    fn free(&mut self, ids: Vec<Id>, gone: &mut Vec<Node>) {
        let mut waiting = ids;
        while let Some(id) = waiting.pop() {
            let Some(node) = self.node(id) else { continue };
            let mut node = mem::replace(node, Node { age: id.age.wrapping_add(1), ..Node::default() });
            self.free.push(id.place);
            self.unlink(id, &node.sources);
            waiting.append(&mut node.children);
            gone.push(node);
        }
    }
}

/// Runs what is queued in the next microtask, when whoever is at it has finished.
fn soon() {
    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_futures::spawn_local(async { flush() });
}

/// Makes a node under the current owner.
pub(crate) fn create(value: Option<Rc<dyn Any>>) -> Id {
    graph(|graph| {
        let parent = graph.owner;
        let place = graph.free.pop().unwrap_or_else(|| {
            graph.nodes.push(Node::default());
            graph.nodes.len() as u32 - 1
        });
        let node = &mut graph.nodes[place as usize];
        node.alive = true;
        node.value = value;
        node.parent = parent;
        let id = Id { place, age: node.age };
        if let Some(parent) = parent.and_then(|parent| graph.node(parent)) {
            parent.children.push(id);
        }
        id
    })
}

/// Makes a computation; it runs when somebody looks.
pub(crate) fn compute(value: Rc<dyn Any>, work: Work) -> Id {
    let id = create(Some(value));
    graph(|graph| {
        if let Some(node) = graph.node(id) {
            node.work = Some(work);
            node.state = State::Dirty;
        }
    });
    id
}

/// Makes an effect. It runs at once, or with those that are queued.
pub(crate) fn effect(work: Box<dyn FnMut()>, at_once: bool) {
    let work = RefCell::new(work);
    let id = compute(
        Rc::new(()),
        Rc::new(move || {
            (work.borrow_mut())();
            false
        }),
    );
    graph(|graph| {
        if let Some(node) = graph.node(id) {
            node.is_effect = true;
        }
        if !at_once {
            graph.raise(id, State::Dirty);
        }
    });
    if at_once {
        refresh(id);
    }
}

/// What a node holds; `None` if it is gone.
pub(crate) fn value(id: Id) -> Option<Rc<dyn Any>> {
    graph(|graph| graph.node(id).and_then(|node| node.value.clone()))
}

/// Whoever is running follows this node from now on.
pub(crate) fn track(id: Id) {
    graph(|graph| {
        let Some(observer) = graph.observer else { return };
        let Some(follower) = graph.node(observer) else { return };
        if follower.sources.contains(&id) {
            return;
        }
        follower.sources.push(id);
        if let Some(source) = graph.node(id) {
            source.followers.push(observer);
        }
    });
}

/// The node's value has changed: who follows it runs again soon.
pub(crate) fn notify(id: Id) {
    graph(|graph| {
        let followers = graph.node(id).map(|node| node.followers.clone()).unwrap_or_default();
        for follower in followers {
            graph.raise(follower, State::Dirty);
        }
    });
}

/// Runs a node again if something that it follows has changed.
pub(crate) fn refresh(id: Id) {
    if graph(|graph| graph.state(id)) == State::Check {
        let sources = graph(|graph| graph.node(id).map(|node| node.sources.clone())).unwrap_or_default();
        for source in sources {
            refresh(source);
            if graph(|graph| graph.state(id)) == State::Dirty {
                break;
            }
        }
    }
    let work = graph(|graph| {
        let node = graph.node(id)?;
        let state = mem::take(&mut node.state);
        node.work.clone().filter(|_| state == State::Dirty)
    });
    let Some(work) = work else { return };
    clear(id);
    if within(Some(id), Some(id), || work()) {
        graph(|graph| {
            let followers = graph.node(id).map(|node| node.followers.clone()).unwrap_or_default();
            for follower in followers {
                graph.raise(follower, State::Dirty);
            }
        });
    }
}

/// Runs the effects that are queued, and those that they queue.
pub(crate) fn flush() {
    if graph(|graph| mem::replace(&mut graph.flushing, true)) {
        return;
    }
    while let Some(id) = graph(|graph| graph.queue.pop_front()) {
        graph(|graph| {
            if let Some(node) = graph.node(id) {
                node.queued = false;
            }
        });
        refresh(id);
    }
    graph(|graph| graph.flushing = false);
}

/// Takes from a node what it made and followed when it last ran.
pub(crate) fn clear(id: Id) {
    // Whoever cleans up may still look at what belongs to the node.
    clean_up(id);
    let mut gone = Vec::new();
    graph(|graph| {
        let Some(node) = graph.node(id) else { return };
        let (children, sources) = (mem::take(&mut node.children), mem::take(&mut node.sources));
        node.context.clear();
        graph.unlink(id, &sources);
        graph.free(children, &mut gone);
    });
    drop(gone);
}

fn clean_up(id: Id) {
    let children = graph(|graph| graph.node(id).map(|node| node.children.clone())).unwrap_or_default();
    for child in children {
        clean_up(child);
    }
    let cleanups = graph(|graph| graph.node(id).map(|node| mem::take(&mut node.cleanups))).unwrap_or_default();
    for cleanup in cleanups {
        within(None, None, cleanup);
    }
}

/// The current owner.
pub(crate) fn owner() -> Option<Id> {
    graph(|graph| graph.owner)
}

/// Does something with another owner and observer.
pub(crate) fn within<R>(owner: Option<Id>, observer: Option<Id>, work: impl FnOnce() -> R) -> R {
    let before = swap((owner, observer));
    let result = work();
    swap(before);
    result
}

fn swap((owner, observer): (Option<Id>, Option<Id>)) -> (Option<Id>, Option<Id>) {
    graph(|graph| (mem::replace(&mut graph.owner, owner), mem::replace(&mut graph.observer, observer)))
}

/// Looks at things without following them.
pub fn untrack<R>(look: impl FnOnce() -> R) -> R {
    within(owner(), None, look)
}

/// Is done when the current owner goes, or runs again.
pub fn on_cleanup(work: impl FnOnce() + 'static) {
    add_cleanup(Box::new(work));
}

fn add_cleanup(work: Box<dyn FnOnce()>) {
    graph(|graph| {
        if let Some(node) = graph.owner.and_then(|owner| graph.node(owner)) {
            node.cleanups.push(work);
        }
    });
}

/// Puts a value where all below the current owner find it by its type.
pub fn provide_context<T: 'static>(value: T) {
    provide(Rc::new(value));
}

fn provide(value: Rc<dyn Any>) {
    graph(|graph| {
        if let Some(node) = graph.owner.and_then(|owner| graph.node(owner)) {
            node.context.push(value);
        }
    });
}

/// The nearest value of its type above the current owner.
#[must_use]
pub fn use_context<T: Clone + 'static>() -> Option<T> {
    find(TypeId::of::<T>())?.downcast_ref::<T>().cloned()
}

fn find(wanted: TypeId) -> Option<Rc<dyn Any>> {
    graph(|graph| {
        let mut next = graph.owner;
        while let Some(node) = next.and_then(|id| graph.node(id)) {
            if let Some(found) = node.context.iter().rev().find(|value| (***value).type_id() == wanted) {
                return Some(Rc::clone(found));
            }
            next = node.parent;
        }
        None
    })
}

/// How many places there are, given away or not.
#[cfg(test)]
pub(crate) fn places() -> usize {
    graph(|graph| graph.nodes.len())
}
