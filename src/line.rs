//! Command lines to be read.

use yew::prelude::*;

/// A longer flag may be broken: it would not fit into a narrow window.
const WHOLE: usize = 26;

/// A command line that is not broken within a flag: `--` at the end of a line would look like a word of its own.
pub fn line(text: &str) -> Html {
    let word = |(nth, word): (usize, &str)| {
        let space = if nth > 0 { " " } else { "" };
        if word.starts_with('-') && word.len() <= WHOLE {
            html! { <>{ space }<span class="whole">{ word }</span></> }
        } else {
            html! { { [space, word].concat() } }
        }
    };
    html! { <>{ for text.split(' ').enumerate().map(word) }</> }
}
