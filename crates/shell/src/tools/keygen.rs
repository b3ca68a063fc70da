//! `ssh-keygen`: files that look like a pair of keys, for Secrets of type `kubernetes.io/ssh-auth`

use super::Cx;

/// Writes a private and a public key of the usual form, made from the moment: nobody's lock opens with them.
pub(super) async fn run(cx: Cx) -> i32 {
    let options = match cx.options("t:f:N:b:C:q", &[]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let kind = options.value('t').unwrap_or("ed25519");
    if !matches!(kind, "rsa" | "ed25519" | "ecdsa") {
        cx.err(&format!("unknown key type {kind}\n"));
        return 255;
    }
    let identity = cx.kernel().system().identity(&cx.shell.place).unwrap_or_default();
    let file = options.value('f').map_or_else(|| format!("{}/.ssh/id_{kind}", identity.home), str::to_owned);
    let seed = format!("{file} {}", cx.now());
    let digest = api::sha256::digest(seed.as_bytes());
    let public = api::base64::encode(&digest);
    let secret = api::base64::encode(&[digest, api::sha256::digest(public.as_bytes())].concat());
    let private = format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{secret}\n-----END OPENSSH PRIVATE KEY-----\n");
    let owner = format!("{}@{}", identity.user, identity.hostname);
    let (path, now) = (cx.path(&file), cx.now());
    let written = cx.files(|files| {
        if let Some((folder, _)) = path.rsplit_once('/').filter(|(folder, _)| !folder.is_empty()) {
            files.mkdir_all(folder, now)?;
        }
        files.write(&path, private, now)?;
        files.write(&format!("{path}.pub"), format!("ssh-{kind} {public} {owner}\n"), now)
    });
    if let Err(error) = written {
        cx.err(&format!("Saving key \"{file}\" failed: {error}\n"));
        return 1;
    }
    if !options.has('q') {
        cx.out(&format!(
            "Generating public/private {kind} key pair.\nYour identification has been saved in {file}\nYour public key \
             has been saved in {file}.pub\nThe key fingerprint is:\nSHA256:{} {owner}\n",
            public.trim_end_matches('=')
        ));
    }
    0
}
