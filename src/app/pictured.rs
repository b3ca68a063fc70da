//! The picture's half of the page: the picture itself, and what lies over it.

use super::App;
use crate::course::Changes;
use crate::i18n::{Lang, Message};
use crate::menu::MenuView;
use crate::picture::{Picture, StoryView};
use yew::prelude::*;

impl App {
    pub(super) fn view_picture(&self, lang: Lang) -> Html {
        let calls = &self.calls;
        html! {
            <section class="picture-frame" aria-label={lang.text(Message::Picture)}>
                <div class="picture">
                    <Picture view={self.view.clone()} traffic={self.traffic.clone()} ruling={self.ruling.clone()} read={self.story.as_ref().map(|story| story.id)} lit={self.lit.clone()} stopped={self.stopped.clone()} now={self.now} theme={self.settings.theme} still={self.paused && !self.hurrying}
                        onpoint={&calls.point} oninspect={&calls.inspect} ontype={&calls.type_line} onpacket={&calls.packet} />
                </div>
                if let Some(story) = &self.story {
                    <StoryView story={story.clone()} onclose={&calls.close_story} />
                }
                if let Some(compared) = &self.passage.changes {
                    <Changes {lang} compared={compared.clone()}
                        oninspect={&calls.inspect} onclose={&calls.compare} />
                }
                if let Some(menu) = &self.desk.menu {
                    <MenuView {lang} menu={menu.clone()} onchoose={&calls.choose} />
                }
            </section>
        }
    }
}
