//! A private certificate authority.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Signs the certificates of [`ApiServer`](crate::ApiServer); no system trusts it.
pub struct PrivateRoot {
    certificate: rcgen::Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl PrivateRoot {
    #[expect(clippy::new_without_default, reason = "each one is another authority")]
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        // OpenSSL treats a certificate as self-signed if its issuer has the same name.
        params
            .distinguished_name
            .push(DnType::CommonName, "a private root");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self {
            certificate,
            issuer: Issuer::new(params, key),
        }
    }

    /// A client builder that trusts this authority and nothing else.
    pub fn client(&self) -> reqwest::ClientBuilder {
        let root = reqwest::Certificate::from_der(self.certificate.der()).expect("a certificate");
        // With all features native-tls is compiled in too, and would be the default.
        reqwest::Client::builder()
            .tls_backend_rustls()
            .tls_certs_only([root])
    }

    /// The certificate as a file has it, for `SSL_CERT_FILE`.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let key = KeyPair::generate().expect("a key");
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let certificate = CertificateParams::new(names)
            .and_then(|params| params.signed_by(&key, &self.issuer))
            .expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let mut config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("a key that fits the certificate");
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }
}
