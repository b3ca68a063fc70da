use super::*;
use api::kind;

fn kinds() -> Vec<&'static Kind> {
    kind::served().chain(kind::METRICS).collect()
}

/// Every `$ref` below a value.
fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(fields) => {
            for (key, field) in fields.iter() {
                match field {
                    Value::String(name) if key == "$ref" => found.push(name),
                    field => references(field, found),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = v2(&kinds(), &[], |_, _| "");
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 500);
    for name in found {
        let name = name.strip_prefix("#/definitions/").unwrap_or_else(|| panic!("{name}"));
        assert!(!document["definitions"][name].is_null(), "{name}");
    }
    for path in v3_paths(&kinds()) {
        let document = v3(&path, &kinds(), &[], |_, _| "").unwrap();
        let mut found = Vec::new();
        references(&document, &mut found);
        for name in found {
            let name = name.strip_prefix("#/components/schemas/").unwrap_or_else(|| panic!("{name}"));
            assert!(!document["components"]["schemas"][name].is_null(), "{path}: {name}");
        }
    }
    assert!(v3("apis/nosuch/v1", &kinds(), &[], |_, _| "").is_none());
}

#[test]
fn names_extensions_and_parameters_are_those_of_a_real_server() {
    let document =
        v3("apis/apps/v1", &kinds(), &[], |of, field| if (of, field) == ("Deployment", "") { "What." } else { "" })
            .unwrap();
    let schemas = &document["components"]["schemas"];
    let deployment = &schemas["io.k8s.api.apps.v1.Deployment"];
    assert_eq!(deployment["description"].str(), "What.");
    let gvk = &deployment["x-kubernetes-group-version-kind"].array()[0];
    assert_eq!(*gvk, group_version_kind(("apps", "v1", "Deployment")));
    let containers = schemas["io.k8s.api.core.v1.PodSpec"].at("properties.containers");
    assert_eq!(containers["x-kubernetes-patch-merge-key"].str(), "name");
    assert_eq!(containers["x-kubernetes-list-type"].str(), "map");
    let patch = &document["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"];
    assert!(patch["parameters"].array().iter().any(|parameter| parameter["name"].str() == "fieldValidation"));
    assert_eq!(patch["x-kubernetes-group-version-kind"], *gvk);
    let id = |path: &str, method: &str| document["paths"][path][method]["operationId"].str().to_owned();
    assert_eq!(id("/apis/apps/v1/deployments", "get"), "listAppsV1DeploymentForAllNamespaces");
    let all = "/apis/apps/v1/namespaces/{namespace}/deployments";
    assert_eq!(id(all, "delete"), "deleteAppsV1CollectionNamespacedDeployment");
    assert_eq!(id(&format!("{all}/{{name}}/scale"), "get"), "readAppsV1NamespacedDeploymentScale");
    let index = v3_index(&kinds(), |_| "H".into());
    assert_eq!(index["paths"]["api/v1"]["serverRelativeURL"].str(), "/openapi/v3/api/v1?hash=H");
}
