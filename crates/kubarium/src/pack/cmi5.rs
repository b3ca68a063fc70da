//! cmi5: `cmi5.xml`, the course structure of the specification's version 1 (section 13).

use super::content::Content;
use super::xml::text;

/// The course structure: an assignable unit for each lesson, passed when its last step is solved.
pub fn structure(content: &Content) -> String {
    let lang = content.lang;
    let said = |tag: &str, words: &str, indent: &str| {
        format!("{indent}<{tag}><langstring lang=\"{lang}\">{}</langstring></{tag}>\n", text(words))
    };
    let (word, summaries) = (text(&content.word()), content.lessons.iter().map(|lesson| lesson.title.as_str()));
    let description = summaries.collect::<Vec<_>>().join("; ");
    let mut units = String::new();
    for lesson in &content.lessons {
        let name = text(&lesson.name);
        units.push_str(&format!(
            "  <au id=\"urn:kubarium:lesson:{name}\" moveOn=\"Passed\" masteryScore=\"1.0\" \
             launchMethod=\"AnyWindow\">\n{}{}    <url>index.html?lesson={name}&amp;lang={lang}</url>\n  </au>\n",
            said("title", &lesson.title, "    "),
            said("description", &lesson.summary, "    "),
        ));
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<courseStructure \
         xmlns=\"https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd\">\n  <course \
         id=\"urn:kubarium:{word}\">\n{}{}  </course>\n{units}</courseStructure>\n",
        said("title", &content.title, "    "),
        said("description", &description, "    "),
    )
}
