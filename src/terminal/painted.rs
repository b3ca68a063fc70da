//! What is typed once more, in colour, beneath the field.

use super::paint::{self, Span};
use super::transcript::node;
use std::cell::RefCell;
use web_sys::Element;

/// What is shown: a browser tells of each line of a text that is put in, so that only what is new may be made anew.
#[derive(Default)]
pub struct Painted {
    /// The text and how it might go on.
    shown: RefCell<(String, String)>,
}

impl Painted {
    /// Shows a text in `place`, and after it how it might go on.
    pub fn show(&self, place: &Element, text: &str, ghost: &str) {
        let before = self.shown.replace((text.to_owned(), ghost.to_owned()));
        let nodes = place.child_nodes();
        let mut old = spans(&before.0, &before.1);
        if nodes.length() as usize != old.len() {
            place.set_text_content(None);
            old.clear();
        }
        let new = spans(text, ghost);
        let (first, last) = same(&old, &new);
        for _ in first..old.len() - last {
            _ = nodes.get(first as u32).map(|node| place.remove_child(&node));
        }
        let rest = nodes.get(first as u32);
        for span in &new[first..new.len() - last] {
            _ = node(place, span).map(|node| place.insert_before(&node, rest.as_ref()));
        }
    }
}

fn spans<'a>(text: &'a str, ghost: &'a str) -> Vec<Span<'a>> {
    let mut spans = paint::command(text);
    // A line that is not there yet has its height.
    spans.extend([(ghost, "ghost"), ("\u{200b}", "")]);
    spans.retain(|(text, _)| !text.is_empty());
    spans
}

/// How many pieces are the same at the beginning, and how many of the others at the end.
fn same(old: &[Span<'_>], new: &[Span<'_>]) -> (usize, usize) {
    let first = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let last = old[first..].iter().rev().zip(new[first..].iter().rev()).take_while(|(a, b)| a == b).count();
    (first, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_stays() {
        let kept = |old: &str, new: &str| {
            let (old, new) = (spans(old, ""), spans(new, ""));
            let (first, last) = same(&old, &new);
            (old.len() - first - last, new.len() - first - last)
        };
        assert_eq!(kept("kubectl get pods", "kubectl get pods"), (0, 0));
        assert_eq!(kept("echo a b c", "echo a bb c"), (1, 1));
        assert_eq!(kept("echo a\necho b", "echo a\necho b\necho"), (0, 2));
        assert_eq!(kept("", "x"), (0, 1));
        assert_eq!(kept("a a", "a a a"), (0, 2));
        assert_eq!(kept("echo a a", "echo a"), (2, 0));
    }
}
