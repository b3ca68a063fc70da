//! Links in pages that come through `proxy`: those that begin at the server's root begin at the proxy's
//! (k8s.io/apimachinery/pkg/util/proxy/transport.go).

use kubelet::http::Reply;

/// The attributes that hold links.
const ATTRIBUTES: &[&str] = &["action", "cite", "data", "href", "icon", "manifest", "poster", "src"];

/// Rewrites the links of a reply that is a page, and where it redirects to.
pub fn links(reply: &mut Reply, prefix: &str) {
    for (name, value) in &mut reply.headers {
        if name.eq_ignore_ascii_case("location") && value.starts_with('/') && !value.starts_with(prefix) {
            *value = format!("{prefix}{value}").into();
        }
    }
    let html = |(name, value): &(api::Str, api::Str)| {
        name.eq_ignore_ascii_case("content-type") && value.starts_with("text/html")
    };
    if !reply.headers.iter().any(html) {
        return;
    }
    let Ok(page) = std::str::from_utf8(&reply.body) else { return };
    let page = rewritten(page, prefix);
    for (name, value) in &mut reply.headers {
        if name.eq_ignore_ascii_case("content-length") {
            *value = page.len().to_string().into();
        }
    }
    reply.body = page.into_bytes();
}

fn rewritten(page: &str, prefix: &str) -> String {
    let mut done = String::with_capacity(page.len());
    let mut rest = page;
    while let Some(at) = rest.find(['"', '\'']) {
        let (before, quoted) = rest.split_at(at);
        done.push_str(before);
        let quote = &quoted[..1];
        let after = &quoted[1..];
        done.push_str(quote);
        let name = before.strip_suffix('=').map(str::trim_end).unwrap_or_default();
        let word = name.rsplit_once(|c: char| c.is_ascii_whitespace()).map_or("", |(_, word)| word);
        let is_link = ATTRIBUTES.iter().any(|known| word.eq_ignore_ascii_case(known));
        if is_link && after.starts_with('/') && !after.starts_with("//") && !after.starts_with(prefix) {
            done.push_str(prefix);
        }
        rest = after;
    }
    done.push_str(rest);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_from_the_root_go_through_the_proxy() {
        let page = r#"<a href="/a">x</a><img SRC='/b'><a href="http://x/">y</a><a href="c" id="/d">"/e"</a>"#;
        let wanted = r#"<a href="/p/a">x</a><img SRC='/p/b'><a href="http://x/">y</a><a href="c" id="/d">"/e"</a>"#;
        assert_eq!(rewritten(page, "/p"), wanted);
        let mut reply = Reply::new(302, "", "text/html", page);
        reply.headers.push(("Location".into(), "/login".into()));
        links(&mut reply, "/p");
        assert!(reply.headers.contains(&("Location".into(), "/p/login".into())), "{:?}", reply.headers);
        assert!(reply.headers.contains(&("Content-Length".into(), wanted.len().to_string().into())));
    }
}
