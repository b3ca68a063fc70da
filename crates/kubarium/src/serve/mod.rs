//! `kubarium serve`: the cluster behind its REST API, for the real kubectl and every other client.
//!
//! Two threads: one owns the cluster and moves its clock with the wall clock, one talks HTTP. They share nothing; a request
//! is a message. What a client costs (a watch, a log that is followed) lies with its connection and goes with it.

mod carrier;
mod clock;
mod control;
mod conversation;
mod credentials;
mod documents;
mod exec;
mod forward;
mod gnostic;
mod http;
mod kubelet;
mod metrics;
mod owner;
mod protobuf;
mod proxy;
mod spdy;
mod stream;
mod terminal;
mod tls;
mod upgrade;

use crate::arguments::Serve;
use cluster::Options;
use std::io;
use std::net::Ipv4Addr;
use std::rc::Rc;

/// What every connection knows.
struct Context {
    door: owner::Door,
    credentials: credentials::Credentials,
    documents: documents::Documents,
    metrics: metrics::Metrics,
    tls: tls::Tls,
}

/// Serves until the process is ended.
///
/// # Errors
/// The address cannot be listened on, or a file cannot be written.
pub fn run(arguments: &Serve) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, serve(arguments))
}

async fn serve(arguments: &Serve) -> io::Result<()> {
    let listener = tokio::net::TcpListener::bind(&arguments.listen).await?;
    let address = listener.local_addr()?;
    let credentials = credentials::Credentials::new(arguments);
    let options = Options {
        seed: arguments.seed,
        workers: arguments.workers,
        control_plane_only: arguments.control_plane_only,
        flags: arguments.flags,
        expressions: Some(std::sync::Arc::new(expressions::Cel)),
        start: clock::now(),
        ..arguments.made.options()
    };
    // The API server's own Service has the range's first address.
    let service = Ipv4Addr::from_bits(options.services().first() + 1);
    let tls = tls::Tls::new(&[Ipv4Addr::LOCALHOST.into(), service.into(), address.ip()])?;
    let door =
        owner::start(options, arguments.speed).await.ok_or_else(|| io::Error::other("the cluster did not start"))?;
    if let Some(path) = &arguments.write_kubeconfig {
        credentials.write_kubeconfig(path, address, arguments.tls.then(|| tls.papers()))?;
    }
    println!("kubarium: serving the Kubernetes API on {}://{address}", if arguments.tls { "https" } else { "http" });
    let (documents, metrics) = (documents::Documents::default(), metrics::Metrics::default());
    let context = Rc::new(Context { door, credentials, documents, metrics, tls });
    loop {
        // A connection that cannot be accepted (too many files, say) is no reason to end; the next may be.
        let Ok((socket, _)) = listener.accept().await else {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            continue;
        };
        let _ = socket.set_nodelay(true);
        tokio::task::spawn_local(http::connection(socket, context.clone()));
    }
}
