//! Sealed values: `format ‖ key id ‖ nonce ‖ AES-GCM bytes`.
//!
//! WebCrypto is asynchronous, and awaiting it inside a transaction would end
//! it: seal before a transaction opens, unseal after it has ended.

use js_sys::{Array, Object, Promise, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AesGcmParams, CryptoKey, SubtleCrypto};

use crate::{Failure, random};

/// The first byte of a sealed value: AES-256-GCM with a random nonce of 12 bytes.
const FORMAT: u8 = 1;
const KEY_ID: u32 = 8;
const NONCE: u32 = 12;
const HEAD: u32 = 1 + KEY_ID + NONCE;

/// A data key as it is kept while no PIN exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataKey {
    /// Names it within sealed values.
    pub id: [u8; KEY_ID as usize],
    /// The key.
    pub secret: [u8; 32],
}

impl DataKey {
    /// A new one.
    ///
    /// # Errors
    /// Without a source of randomness.
    pub fn generate() -> Result<Self, Failure> {
        Ok(Self { id: random::bytes()?, secret: random::bytes()? })
    }

    /// As it is stored: id, then key.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.id.as_slice(), self.secret.as_slice()].concat()
    }

    /// As it was stored.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (id, secret) = bytes.split_at_checked(KEY_ID as usize)?;
        Some(Self { id: id.try_into().ok()?, secret: secret.try_into().ok()? })
    }
}

/// Seals and unseals with one data key.
#[derive(Clone, Debug)]
pub struct Sealer {
    id: [u8; KEY_ID as usize],
    key: CryptoKey,
    subtle: SubtleCrypto,
}

impl Sealer {
    /// Takes a data key into use.
    ///
    /// # Errors
    /// Where WebCrypto is missing (no secure context).
    pub async fn new(key: &DataKey) -> Result<Self, Failure> {
        let subtle = subtle()?;
        let usages = Array::of2(&JsValue::from_str("encrypt"), &JsValue::from_str("decrypt"));
        let secret: Object = Uint8Array::from(key.secret.as_slice()).unchecked_into();
        let import = subtle.import_key_with_str("raw", &secret, "AES-GCM", false, &usages)?;
        let imported: JsValue = JsFuture::from(import).await?;
        Ok(Self { id: key.id, key: imported.unchecked_into(), subtle })
    }

    /// Seals `plain`.
    ///
    /// # Errors
    /// What WebCrypto says.
    pub fn seal(&self, plain: &Uint8Array) -> impl Future<Output = Result<Uint8Array, Failure>> + use<> {
        let begun = self.begin(plain);
        let id = self.id;
        async move {
            let (nonce, sealing) = begun?;
            let sealed: JsValue = sealing.await?;
            let sealed = Uint8Array::new(&sealed);
            let out = Uint8Array::new_with_length(HEAD + sealed.length());
            out.set_index(0, FORMAT);
            out.set(&Uint8Array::from(id.as_slice()), 1);
            out.set(&nonce, 1 + KEY_ID);
            out.set(&sealed, HEAD);
            Ok(out)
        }
    }

    fn begin(&self, plain: &Uint8Array) -> Result<(Uint8Array, JsFuture), Failure> {
        let nonce = Uint8Array::from(random::bytes::<{ NONCE as usize }>()?.as_slice());
        let params = AesGcmParams::new_with_u8_array("AES-GCM", &nonce);
        let sealing = self.subtle.encrypt_with_object_and_js_u8_array(&params, &self.key, plain)?;
        Ok((nonce, JsFuture::from(sealing)))
    }

    /// Unseals what [`Sealer::seal`] made. WebCrypto is at work from now on, whether anybody waits for it or not.
    ///
    /// # Errors
    /// `BadSeal` where it has another form or another key; what WebCrypto says where it was changed.
    pub fn unseal(&self, sealed: &Uint8Array) -> impl Future<Output = Result<Uint8Array, Failure>> + use<> {
        let opening = self.open(sealed).map(JsFuture::from);
        async {
            let plain: JsValue = opening?.await?;
            Ok(Uint8Array::new(&plain))
        }
    }

    fn open(&self, sealed: &Uint8Array) -> Result<Promise, Failure> {
        if sealed.length() < HEAD || sealed.get_index(0) != FORMAT || sealed.subarray(1, 1 + KEY_ID).to_vec() != self.id
        {
            return Err(Failure::new("BadSeal", "another format or key"));
        }
        let params = AesGcmParams::new_with_u8_array("AES-GCM", &sealed.slice(1 + KEY_ID, HEAD));
        let body = sealed.subarray(HEAD, sealed.length());
        Ok(self.subtle.decrypt_with_object_and_js_u8_array(&params, &self.key, &body)?)
    }
}

/// SHA-256 of bytes that live on the browser's side.
///
/// # Errors
/// Where WebCrypto is missing (no secure context).
pub async fn sha256(bytes: &Uint8Array) -> Result<domain::evidence::Sha256, Failure> {
    let digest: JsValue = JsFuture::from(subtle()?.digest_with_str_and_js_u8_array("SHA-256", bytes)?).await?;
    let mut out = [0; 32];
    Uint8Array::new(&digest).copy_to(&mut out);
    Ok(domain::evidence::Sha256(out))
}

fn subtle() -> Result<SubtleCrypto, Failure> {
    let window = crate::window()?;
    Ok(window.crypto()?.subtle())
}
