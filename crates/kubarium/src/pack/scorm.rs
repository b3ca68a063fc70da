//! SCORM 1.2: `imsmanifest.xml`, after the IMS Content Packaging 1.1.2 schema and ADL's additions to it.

use super::content::{ADAPTER, Content};
use super::xml::text;

/// The most characters of a title (IMS Content Packaging 1.1.2, `titleType`).
const LONGEST_TITLE: usize = 200;

fn heading(title: &str) -> String {
    text(&title.chars().take(LONGEST_TITLE).collect::<String>())
}

/// The manifest: an item for each lesson, all of them one page with another address, and the page's files as one asset.
///
/// No `adlcp:masteryscore`: a platform compares it with the score at the end of each session, and would call a lesson failed whose
/// second half is for tomorrow. The page says itself when it is passed.
pub fn manifest(content: &Content) -> String {
    let mut items = String::new();
    let mut resources = String::new();
    for lesson in &content.lessons {
        let (name, title) = (text(&lesson.name), heading(&lesson.title));
        items.push_str(&format!(
            "      <item identifier=\"item-{name}\" identifierref=\"lesson-{name}\" isvisible=\"true\" \
             parameters=\"?lesson={name}&amp;lang={lang}\">\n        <title>{title}</title>\n      </item>\n",
            lang = content.lang
        ));
        resources.push_str(&format!(
            "    <resource identifier=\"lesson-{name}\" type=\"webcontent\" adlcp:scormtype=\"sco\" href=\"index.html\">\n      \
             <file href=\"index.html\"/>\n      <file href=\"lessons/{name}.json\"/>\n      <dependency \
             identifierref=\"page\"/>\n    </resource>\n"
        ));
    }
    let mut page = format!("      <file href=\"{ADAPTER}\"/>\n");
    for (name, _) in content.files.iter().filter(|(name, _)| name != "index.html") {
        page.push_str(&format!("      <file href=\"{}\"/>\n", text(name)));
    }
    let (word, title) = (text(&content.word()), heading(&content.title));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest identifier=\"kubarium-{word}\" version=\"1.0\" \
         xmlns=\"http://www.imsproject.org/xsd/imscp_rootv1p1p2\" \
         xmlns:adlcp=\"http://www.adlnet.org/xsd/adlcp_rootv1p2\">\n  <metadata>\n    <schema>ADL SCORM</schema>\n    \
         <schemaversion>1.2</schemaversion>\n  </metadata>\n  <organizations default=\"course\">\n    <organization \
         identifier=\"course\">\n      <title>{title}</title>\n{items}    </organization>\n  </organizations>\n  \
         <resources>\n{resources}    <resource identifier=\"page\" type=\"webcontent\" adlcp:scormtype=\"asset\">\n{page}    \
         </resource>\n  </resources>\n</manifest>\n"
    )
}
