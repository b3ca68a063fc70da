//! The programs of images that people ask for their version.

use super::Cx;

/// `nginx -v`, `-t`, `-s reload`
pub(super) async fn run(cx: Cx) -> i32 {
    let version = cx.env.get("NGINX_VERSION").map_or("1.29.1", String::as_str);
    match cx.args.get(1).map(String::as_str) {
        Some("-v" | "-V") => cx.err(&format!("nginx version: nginx/{version}\n")),
        Some("-t") => cx.err(
            "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n",
        ),
        Some("-s") => {}
        _ => {
            cx.err("nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)\nnginx: [emerg] still could not bind()\n");
            return 1;
        }
    }
    0
}
