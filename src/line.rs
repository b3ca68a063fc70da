//! Command lines to be read.

use yew::prelude::*;

/// A longer flag may be broken: it would not fit into a narrow window.
const WHOLE: usize = 26;

/// A command line that is not broken within a flag: `--` at the end of a line would look like a word of its own.
pub fn line(text: &str) -> Html {
    let (mut parts, mut plain) = (Vec::new(), String::new());
    for (nth, word) in text.split(' ').enumerate() {
        plain.extend((nth > 0).then_some(' '));
        if word.starts_with('-') && word.len() <= WHOLE {
            parts.push(Html::from(std::mem::take(&mut plain)));
            parts.push(html! { <span class="whole">{ word }</span> });
        } else {
            plain.push_str(word);
        }
    }
    // What is not a flag is one text: cut at each word, it would be a hair wider.
    parts.push(Html::from(plain));
    html! { <>{ for parts }</> }
}
