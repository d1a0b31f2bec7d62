//! What stands in the document, and how the next view takes its place: what fits stays where it is, so that the focus,
//! the caret, a picture and a press that has begun stay too.

use std::{borrow::Cow, cell::RefCell, rc::Rc};

use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{Document, Element as Dom, Event, Node};

use reactive_graph::{effect::RenderEffect, graph::untrack, owner::Owner, traits::Set as _};

use crate::view::{Element, Hear, Kind, Part, Parts, Value, View, What};

thread_local! {
    static DOCUMENT: Document = web_sys::window().and_then(|window| window.document()).expect("a page has a document");
}

/// The page's document.
#[must_use]
pub fn document() -> Document {
    DOCUMENT.with(Document::clone)
}

/// What stands there. Each holds at least one node, so that its place is known.
enum Live {
    Nothing(Node),
    Text(Node, Cow<'static, str>),
    Html(Node, &'static str),
    Element(Box<LiveElement>),
    /// Never empty.
    Many(Vec<Live>),
    /// With the effect that shows it: it runs for as long as this is held.
    Follow(Place, Follower),
    Owned(Box<(Owner, Live)>),
    Apart(Box<(u32, Live)>),
}

/// An effect that belongs to what stands there.
type Follower = RenderEffect<()>;

/// Runs at once, and again when something that it looked at has changed. One type for all of them.
fn following(mut work: Box<dyn FnMut()>) -> Follower {
    let work: Box<dyn FnMut(Option<()>)> = Box::new(move |_| work());
    RenderEffect::new(work)
}

/// What a view that follows something shows now.
type Place = Rc<RefCell<Option<Live>>>;

struct LiveElement {
    node: Dom,
    tag: &'static str,
    svg: bool,
    parts: Vec<LivePart>,
    children: Vec<Live>,
}

struct LivePart {
    kind: Kind,
    name: &'static str,
    what: LiveWhat,
}

enum LiveWhat {
    Still(Value),
    Follow(Rc<RefCell<Value>>, #[expect(dead_code, reason = "held so that it runs")] Follower),
    Hear(Listener),
    Node,
}

/// An ear on an element; taken off when it goes.
struct Listener {
    node: Dom,
    name: &'static str,
    hear: Rc<RefCell<Hear>>,
    closure: Closure<dyn FnMut(Event)>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        // Fails for nothing that was added under this name.
        drop(self.node.remove_event_listener_with_callback(self.name, self.closure.as_ref().unchecked_ref()));
    }
}

/// A refusal of the document's is a mistake in a name of ours: then the thing is not there, and all else is.
fn lax<T>(result: Result<T, JsValue>) {
    drop(result);
}

/// Puts a view into an element, for as long as the page lives.
pub(crate) fn mount(place: &Node, view: impl FnOnce() -> View) {
    let root = Owner::new();
    std::mem::forget(root.with(|| build(view(), place, None)));
    std::mem::forget(root);
}

/// Puts a view into the document, before a node or at the end.
fn build(view: View, parent: &Node, before: Option<&Node>) -> Live {
    let insert = |node: &Node| lax(parent.insert_before(node, before));
    match view {
        View::Nothing => {
            let node: Node = document().create_comment("").into();
            insert(&node);
            Live::Nothing(node)
        }
        View::Text(text) => {
            let node: Node = document().create_text_node(&text).into();
            insert(&node);
            Live::Text(node, text)
        }
        View::Html(html, svg) => {
            let node = parse(html, svg);
            insert(&node);
            Live::Html(node, html)
        }
        View::Element(Element(element)) => {
            let live = element_of(*element);
            insert(&live.node);
            Live::Element(Box::new(live))
        }
        View::Many(views) if views.is_empty() => build(View::Nothing, parent, before),
        View::Many(views) => Live::Many(views.into_iter().map(|view| build(view, parent, before)).collect()),
        View::Follow(show) => {
            let place = Place::default();
            let effect = follow(show, &place, Some((parent.clone(), before.cloned())));
            Live::Follow(place, effect)
        }
        View::Owned(owned) => {
            let (owner, view) = *owned;
            let live = owner.with(|| build(view, parent, before));
            Live::Owned(Box::new((owner, live)))
        }
        View::Apart(apart) => {
            let (number, view) = *apart;
            Live::Apart(Box::new((number, build(view, parent, before))))
        }
    }
}

/// Shows what `show` says, in `place`, and again whenever that changes.
fn follow(mut show: Box<dyn FnMut() -> View>, place: &Place, mut first: Option<(Node, Option<Node>)>) -> Follower {
    let place = Rc::clone(place);
    following(Box::new(move || {
        let view = show();
        untrack(|| {
            let mut now = place.borrow_mut();
            match (&mut *now, first.take()) {
                (Some(live), _) => patch(live, view),
                (none, Some((parent, before))) => *none = Some(build(view, &parent, before.as_ref())),
                (None, None) => {}
            }
        });
    }))
}

fn parse(html: &'static str, svg: bool) -> Node {
    let found = if svg {
        let around = create("svg", true);
        around.set_inner_html(html);
        around.first_child()
    } else {
        let around: web_sys::HtmlTemplateElement = create("template", false).unchecked_into();
        around.set_inner_html(html);
        around.content().first_child()
    };
    found.unwrap_or_else(|| document().create_comment("").into())
}

fn create(tag: &str, svg: bool) -> Dom {
    let made = if svg {
        document().create_element_ns(Some("http://www.w3.org/2000/svg"), tag)
    } else {
        document().create_element(tag)
    };
    made.expect("a valid name")
}

fn element_of(element: Parts) -> LiveElement {
    let Parts { tag, svg, parts, children } = element;
    let node = create(tag, svg);
    let parts = put(&node, Vec::new(), parts);
    let children = children.into_iter().map(|child| build(child, &node, None)).collect();
    LiveElement { node, tag, svg, parts, children }
}

/// Puts parts on an element in place of those that it has.
fn put(node: &Dom, mut before: Vec<LivePart>, parts: Vec<Part>) -> Vec<LivePart> {
    let is_new = before.is_empty();
    let mut now = Vec::with_capacity(parts.len());
    for part in parts {
        let place = before.iter().position(|old| old.kind == part.kind && old.name == part.name);
        let old = place.map(|place| before.remove(place).what);
        now.push(put_one(node, part, old, is_new));
    }
    for LivePart { kind, name, what } in before {
        match what {
            LiveWhat::Hear(_) | LiveWhat::Node => {}
            LiveWhat::Still(_) | LiveWhat::Follow(..) if kind == Kind::Property => {}
            LiveWhat::Still(_) | LiveWhat::Follow(..) => set(node, kind, name, &Value::Flag(false)),
        }
    }
    now
}

fn put_one(node: &Dom, part: Part, old: Option<LiveWhat>, is_new: bool) -> LivePart {
    let Part { kind, name, what } = part;
    let (last, old) = match old {
        // What `class=` wrote has taken away what `class:name=` had added.
        _ if kind == Kind::Class => (if is_new { Value::Flag(false) } else { Value::Absent }, None),
        Some(LiveWhat::Still(value)) => (value, None),
        Some(LiveWhat::Follow(value, _)) => (value.borrow().clone(), None),
        Some(LiveWhat::Hear(listener)) => (Value::Absent, Some(listener)),
        Some(LiveWhat::Node) | None => (Value::Absent, None),
    };
    let what = match what {
        What::Still(value) => {
            if value != last {
                set(node, kind, name, &value);
            }
            LiveWhat::Still(value)
        }
        What::Follow(mut make) => {
            let last = Rc::new(RefCell::new(last));
            let (own, node) = (Rc::clone(&last), node.clone());
            let work = move || {
                let value = make();
                if *own.borrow() != value {
                    set(&node, kind, name, &value);
                    own.replace(value);
                }
            };
            LiveWhat::Follow(last, following(Box::new(work)))
        }
        What::Hear(mut hear, owner) => {
            let hear: Hear = Box::new(move |event| match &owner {
                Some(owner) => owner.with(|| hear(event)),
                None => hear(event),
            });
            LiveWhat::Hear(match old {
                Some(listener) => {
                    drop(listener.hear.replace(hear));
                    listener
                }
                None => listen(node, name, hear),
            })
        }
        What::Node(place) => {
            place.set(Some(node.clone()));
            LiveWhat::Node
        }
    };
    LivePart { kind, name, what }
}

fn listen(node: &Dom, name: &'static str, hear: Hear) -> Listener {
    let hear = Rc::new(RefCell::new(hear));
    let own = Rc::clone(&hear);
    let closure = Closure::new(move |event| (own.borrow_mut())(event));
    lax(node.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref()));
    Listener { node: node.clone(), name, hear, closure }
}

fn set(node: &Dom, kind: Kind, name: &str, value: &Value) {
    match kind {
        Kind::Class => lax(node.class_list().toggle_with_force(name, *value == Value::Flag(true))),
        Kind::Property => {
            let value = match value {
                Value::Absent => JsValue::UNDEFINED,
                Value::Flag(flag) => JsValue::from_bool(*flag),
                Value::Text(text) => JsValue::from_str(text),
            };
            lax(js_sys::Reflect::set(node, &JsValue::from_str(name), &value));
        }
        _ => lax(match value {
            Value::Absent | Value::Flag(false) => node.remove_attribute(name),
            Value::Flag(true) => node.set_attribute(name, ""),
            Value::Text(text) => node.set_attribute(name, text),
        }),
    }
}

/// Shows another view in the place of what stands there.
fn patch(live: &mut Live, view: View) {
    match (live, view) {
        (Live::Owned(live), View::Owned(owned)) => {
            let (owner, view) = *owned;
            owner.with(|| patch(&mut live.1, view));
            live.0 = owner;
        }
        (live @ Live::Many(_), View::Many(views)) if views.is_empty() => replace(live, View::Nothing),
        (Live::Nothing(_), View::Nothing) => {}
        (Live::Text(node, old), View::Text(text)) => {
            if *old != text {
                node.set_node_value(Some(&text));
                *old = text;
            }
        }
        (Live::Html(_, old), View::Html(html, _)) if *old == html => {}
        (Live::Element(live), View::Element(Element(element))) if live.is_like(&element) => {
            live.parts = put(&live.node, std::mem::take(&mut live.parts), element.parts);
            patch_all(&mut live.children, element.children, Some(&live.node));
        }
        (Live::Many(lives), View::Many(views)) => patch_all(lives, views, None),
        (Live::Follow(place, effect), View::Follow(show)) => *effect = follow(show, place, None),
        (Live::Apart(live), View::Apart(view)) if live.0 == view.0 => patch(&mut live.1, view.1),
        (live, view) => replace(live, view),
    }
}

/// One after the other; what is too many goes, what is new comes last.
fn patch_all(lives: &mut Vec<Live>, views: Vec<View>, parent: Option<&Dom>) {
    while lives.len() > views.len() {
        if let Some(live) = lives.pop() {
            live.each(&|node| remove(node));
        }
    }
    let mut views = views.into_iter();
    for live in lives.iter_mut() {
        if let Some(view) = views.next() {
            patch(live, view);
        }
    }
    if views.len() == 0 {
        return;
    }
    match parent {
        Some(parent) => lives.extend(views.map(|view| build(view, parent, None))),
        None => {
            let Some(last) = lives.last().map(Live::last) else { return };
            let Some(parent) = last.parent_node() else { return };
            let before = last.next_sibling();
            lives.extend(views.map(|view| build(view, &parent, before.as_ref())));
        }
    }
}

fn replace(live: &mut Live, view: View) {
    let first = live.first();
    let Some(parent) = first.parent_node() else { return };
    let new = build(view, &parent, Some(&first));
    let old = std::mem::replace(live, new);
    old.each(&|node| remove(node));
}

fn remove(node: &Node) {
    if let Some(parent) = node.parent_node() {
        lax(parent.remove_child(node));
    }
}

impl Live {
    /// Calls `visit` with each of its outermost nodes.
    fn each(&self, visit: &dyn Fn(&Node)) {
        match self {
            Self::Nothing(node) | Self::Text(node, _) | Self::Html(node, _) => visit(node),
            Self::Element(element) => visit(&element.node),
            Self::Many(lives) => lives.iter().for_each(|live| live.each(visit)),
            Self::Follow(place, _) => {
                if let Some(live) = &*place.borrow() {
                    live.each(visit);
                }
            }
            Self::Owned(owned) => owned.1.each(visit),
            Self::Apart(apart) => apart.1.each(visit),
        }
    }

    fn first(&self) -> Node {
        let first = RefCell::new(None);
        self.each(&|node| {
            first.borrow_mut().get_or_insert_with(|| node.clone());
        });
        first.into_inner().expect("whatever stands there has a node")
    }

    fn last(&self) -> Node {
        let last = RefCell::new(None);
        self.each(&|node| {
            last.replace(Some(node.clone()));
        });
        last.into_inner().expect("whatever stands there has a node")
    }
}

impl LiveElement {
    /// Whether it may become `element`: an input of another name is another input.
    fn is_like(&self, element: &Parts) -> bool {
        let own = |name: &str| {
            self.parts.iter().find(|part| part.name == name).and_then(|part| match &part.what {
                LiveWhat::Still(value) => Some(value),
                _ => None,
            })
        };
        let other = |name: &str| {
            element.parts.iter().find(|part| part.name == name).and_then(|part| match &part.what {
                What::Still(value) => Some(value),
                _ => None,
            })
        };
        self.tag == element.tag
            && self.svg == element.svg
            && ["id", "name", "type"].into_iter().all(|name| own(name) == other(name))
    }
}
