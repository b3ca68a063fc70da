//! Hashes that become part of names and labels.

use api::{Value, json, safe_encode};

/// The hash of a template (`ComputeHash` of pkg/controller/controller_utils.go): FNV-1a, 32 bits, in the alphabet of
/// generated names. The real one hashes a dump of Go structures; here it is the template's JSON, so that equal templates
/// have equal hashes all the same. `collisions` makes another hash of the same template.
pub fn template_hash(template: &Value, collisions: Option<i64>) -> String {
    const OFFSET: u32 = 2_166_136_261;
    const PRIME: u32 = 16_777_619;
    let mut bytes = json::to_string(template).into_bytes();
    if let Some(count) = collisions {
        bytes.extend((count as u32).to_le_bytes());
    }
    let sum = bytes.iter().fold(OFFSET, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(PRIME));
    safe_encode(&sum.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::obj;

    #[test]
    fn a_hash_depends_on_template_and_collisions_alone() {
        let template = |image: &str| obj! { "spec" => obj! { "image" => image } };
        let hash = template_hash(&template("nginx"), None);
        assert_eq!(hash, template_hash(&template("nginx"), None));
        assert_ne!(hash, template_hash(&template("httpd"), None));
        assert_ne!(hash, template_hash(&template("nginx"), Some(1)));
        assert!((1..=10).contains(&hash.len()));
    }
}
