//! What is looked at has a ring in the picture: by one rule of style, so that it keeps it wherever it is drawn, and however often.

use web_sys::CssStyleSheet;
use web_sys::wasm_bindgen::JsCast;
use yew::prelude::*;

/// Gives an object, `Kind/namespace/name`, the ring as long as it is looked at.
#[hook]
pub fn use_ring(path: &AttrValue) {
    use_effect_with(path.clone(), |path| {
        let sheet = rule(path).and_then(|rule| {
            let sheet = gloo::utils::document().style_sheets().item(0)?.dyn_into::<CssStyleSheet>().ok()?;
            sheet.insert_rule(&rule).ok().map(|_| sheet)
        });
        move || sheet.into_iter().for_each(|sheet| _ = sheet.delete_rule(0))
    });
}

/// The rule; none where a name has what would end it.
fn rule(path: &str) -> Option<String> {
    let plain = !path.contains(['"', '\\', '\n']);
    plain.then(|| format!(".scene [data-object=\"{path}\"] {{ box-shadow: var(--ring) }}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_its_rule() {
        assert!(rule("Pod/default/web-1").unwrap().starts_with(".scene [data-object=\"Pod/default/web-1\"] {"));
        assert_eq!((rule("ClusterRole//a\"] {"), rule("ClusterRole//a\\"), rule("a\nb")), (None, None, None));
    }
}
