//! Strings with values in them.

use super::ast::Part;
use super::eval::{Machine, Out};
use super::forms;
use super::item::{Item, Run};
use super::scope::Scope;

impl Machine {
    pub(super) fn text<'p>(&self, form: &str, parts: &'p [Part], scope: &Scope<'p>, input: &Item, out: Out<'_>) -> Run {
        let plain = Item::of(input.value.clone());
        self.filled(form, parts, scope, &plain, String::new(), &mut |text| out(input.made(text)))
    }

    fn filled<'p>(
        &self,
        form: &str,
        parts: &'p [Part],
        scope: &Scope<'p>,
        input: &Item,
        begun: String,
        out: &mut dyn FnMut(String) -> Run,
    ) -> Run {
        let Some((part, rest)) = parts.split_first() else { return out(begun) };
        match part {
            Part::Plain(text) => self.filled(form, rest, scope, input, begun + text, out),
            Part::Filled(filter) => self.eval(filter, scope, input, &mut |item| {
                let text = forms::format(form, &item.value)?.text();
                self.filled(form, rest, scope, input, format!("{begun}{text}"), out)
            }),
        }
    }
}
