//! YAML to be read, in colours. It is painted anew when it is another text, and not for each moment.

use crate::i18n::Lang;
use crate::terminal::{append, paint};
use web_sys::Element;
use yew::prelude::*;

/// What is shown.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The text.
    pub text: String,
}

/// The text.
#[component]
pub fn Source(props: &Props) -> Html {
    let place = use_node_ref();
    {
        let place = place.clone();
        use_effect_with(props.text.clone(), move |text| {
            let Some(place) = place.cast::<Element>() else { return };
            place.set_text_content(None);
            for line in text.lines() {
                append(&place, &paint::yaml(line));
                append(&place, &[("\n", "")]);
            }
        });
    }
    html! { <pre tabindex="0" lang={Lang::of(&props.text).tag()} aria-label="YAML" ref={place}></pre> }
}
