//! TLS on the port of plain HTTP: a connection that begins with a handshake gets one. The server has a certificate of its own
//! authority, and so has the administrator, as in a cluster of kubeadm's; both are made anew with every start.

use api::sha256;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::client::danger::HandshakeSignatureValid;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};
use tokio_rustls::rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio_rustls::rustls::{DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, crypto};

/// The first byte of a handshake (RFC 8446, 5.1: ContentType `handshake`); no HTTP method begins with it.
const HANDSHAKE: u8 = 22;

/// What a kubeconfig says of a server that speaks TLS, in PEM.
pub struct Papers {
    /// The authority's certificate.
    pub authority: String,
    /// The administrator's certificate.
    pub certificate: String,
    /// The administrator's key.
    pub key: String,
}

/// A client's certificate.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// The administrator's, by its SHA-256.
    Admin(String),
    /// Another, of which the API server says whose it is.
    Other(Arc<[u8]>),
}

/// A server's TLS.
pub struct Tls {
    acceptor: TlsAcceptor,
    papers: Papers,
    admin: CertificateDer<'static>,
}

impl Tls {
    /// An authority, and what it certifies: a server at these addresses, and `kubernetes-admin`.
    ///
    /// # Errors
    /// The system has no randomness to give, or the like.
    pub fn new(addresses: &[IpAddr]) -> io::Result<Tls> {
        // The names that kubeadm writes into apiserver.crt (cmd/kubeadm/app/util/pkiutil: `GetAPIServerAltNames`).
        let mut names: Vec<String> = ["", ".default", ".default.svc", ".default.svc.cluster.local"]
            .map(|rest| format!("kubernetes{rest}"))
            .to_vec();
        names.extend(["localhost", "master"].map(str::to_owned));
        names.extend(addresses.iter().map(IpAddr::to_string));
        let authority = named("kubernetes", "", Vec::new())?;
        let own = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = authority.self_signed(&own).map_err(io::Error::other)?;
        let issuer = Issuer::new(authority, own);
        let server = signed(named("kube-apiserver", "", names)?, &issuer)?;
        let admin = signed(named("kubernetes-admin", "system:masters", Vec::new())?, &issuer)?;
        let papers = Papers { authority: certificate.pem(), certificate: admin.0.pem(), key: admin.1.serialize_pem() };
        let config = configured(certificate.der().clone(), &server).map_err(io::Error::other)?;
        Ok(Tls { acceptor: TlsAcceptor::from(Arc::new(config)), papers, admin: admin.0.der().clone() })
    }

    /// What clients are to be told.
    pub fn papers(&self) -> &Papers {
        &self.papers
    }

    /// The certificate that the client showed, and whose key it has.
    pub fn shown(&self, connection: &ServerConnection) -> Option<Shown> {
        let shown = connection.peer_certificates()?.first()?;
        Some(match *shown == self.admin {
            true => Shown::Admin(sha256::digits(&sha256::digest(shown))),
            false => Shown::Other(shown.to_vec().into()),
        })
    }

    /// Answers a handshake.
    ///
    /// # Errors
    /// The client does not know the authority, or talks nonsense.
    pub async fn accept(&self, socket: TcpStream) -> io::Result<tokio_rustls::server::TlsStream<TcpStream>> {
        self.acceptor.accept(socket).await
    }
}

/// Whether what comes over a connection begins with a handshake. Waits for its first byte.
pub async fn begins(socket: &TcpStream) -> bool {
    let mut first = [0];
    matches!(socket.peek(&mut first).await, Ok(1)) && first[0] == HANDSHAKE
}

/// A certificate's contents. Without names that it is for, and without an organization, it is an authority's.
fn named(name: &str, organization: &str, names: Vec<String>) -> io::Result<CertificateParams> {
    let mut usages = Vec::new();
    match (names.is_empty(), organization.is_empty()) {
        (false, _) => usages.push(ExtendedKeyUsagePurpose::ServerAuth),
        (true, false) => usages.push(ExtendedKeyUsagePurpose::ClientAuth),
        (true, true) => {}
    }
    let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
    params.distinguished_name.push(DnType::CommonName, name);
    if !organization.is_empty() {
        params.distinguished_name.push(DnType::OrganizationName, organization);
    }
    if usages.is_empty() {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign];
    }
    params.extended_key_usages = usages;
    Ok(params)
}

type Pair = (rcgen::Certificate, KeyPair);

fn signed(params: CertificateParams, issuer: &Issuer<'_, KeyPair>) -> io::Result<Pair> {
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let certificate = params.signed_by(&key, issuer).map_err(io::Error::other)?;
    Ok((certificate, key))
}

/// Takes every certificate of somebody who has its key: who that is, if anybody, decides the API server, which answers 401, as
/// the real one does (`tls.RequestClientCert`).
#[derive(Debug)]
struct AnyClient(crypto::WebPkiSupportedAlgorithms);

impl ClientCertVerifier for AnyClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        crypto::verify_tls12_signature(message, certificate, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        crypto::verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

/// A server that asks clients for a certificate, and takes those without one, too: they may have a token.
fn configured(
    authority: CertificateDer<'static>,
    server: &Pair,
) -> Result<ServerConfig, Box<dyn std::error::Error + Send + Sync>> {
    let provider = Arc::new(crypto::ring::default_provider());
    let clients = Arc::new(AnyClient(provider.signature_verification_algorithms));
    let chain = vec![server.0.der().clone(), authority];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(server.1.serialize_der()));
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = config.with_client_cert_verifier(clients).with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_rustls::TlsConnector;
    use tokio_rustls::rustls::pki_types::{ServerName, pem::PemObject};
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};

    /// What the server has seen of a client: whether it wanted TLS, and the digest that it showed.
    async fn met(tls: &Tls, client: Option<(&Papers, bool)>) -> io::Result<(bool, Option<Shown>)> {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let served = async {
            let (socket, _) = listener.accept().await.unwrap();
            if !begins(&socket).await {
                return Ok((false, None));
            }
            let mut stream = tls.accept(socket).await?;
            stream.write_all(b"ok").await?;
            Ok((true, tls.shown(stream.get_ref().1)))
        };
        let asked = async {
            let mut socket = TcpStream::connect(address).await.unwrap();
            let Some((papers, certified)) = client else {
                return socket.write_all(b"GET / HTTP/1.1\r\n").await;
            };
            let mut roots = RootCertStore::empty();
            let certificate = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
            roots.add(certificate(&papers.authority)).unwrap();
            let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()));
            let config = config.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots);
            let key = PrivateKeyDer::from_pem_slice(papers.key.as_bytes()).unwrap();
            let config = match certified {
                true => config.with_client_auth_cert(vec![certificate(&papers.certificate)], key).unwrap(),
                false => config.with_no_client_auth(),
            };
            let name = ServerName::from(address.ip());
            let mut stream = TlsConnector::from(Arc::new(config)).connect(name, socket).await?;
            stream.read_exact(&mut [0; 2]).await.map(drop)
        };
        tokio::join!(served, asked).0
    }

    #[test]
    fn one_port_speaks_both_and_knows_the_administrator() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        runtime.block_on(async {
            let tls = Tls::new(&[Ipv4Addr::LOCALHOST.into()]).unwrap();
            assert_eq!(met(&tls, None).await.unwrap(), (false, None));
            assert_eq!(met(&tls, Some((tls.papers(), false))).await.unwrap(), (true, None));
            let (_, shown) = met(&tls, Some((tls.papers(), true))).await.unwrap();
            assert!(matches!(shown, Some(Shown::Admin(digest)) if digest.len() == 64));
            // What another authority has certified does not make an administrator.
            let other = Tls::new(&[]).unwrap();
            let Papers { certificate, key, .. } = other.papers();
            let authority = tls.papers().authority.clone();
            let forged = Papers { authority, certificate: certificate.clone(), key: key.clone() };
            let (_, shown) = met(&tls, Some((&forged, true))).await.unwrap();
            assert!(matches!(shown, Some(Shown::Other(_))));
        });
    }
}
