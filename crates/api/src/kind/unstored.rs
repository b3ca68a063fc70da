//! The kinds of which nothing is stored: reviews, and what is measured.

use super::{KINDS, Kind};

/// The kinds of the metrics API: measured and never stored. They are served while an add-on (metrics-server) is there that
/// measures.
pub static METRICS: &[Kind] = &[
    Kind {
        group: "metrics.k8s.io",
        version: "v1beta1",
        kind: "NodeMetrics",
        plural: "nodes",
        singular: "nodemetrics",
        short_names: &[],
        categories: &[],
        namespaced: false,
        subresources: &[],
        index: KINDS.len() + REVIEWS.len(),
    },
    Kind {
        group: "metrics.k8s.io",
        version: "v1beta1",
        kind: "PodMetrics",
        plural: "pods",
        singular: "podmetrics",
        short_names: &[],
        categories: &[],
        namespaced: true,
        subresources: &[],
        index: KINDS.len() + REVIEWS.len() + 1,
    },
];

/// metrics.k8s.io/v1beta1 NodeMetrics
pub static NODE_METRICS: &Kind = &METRICS[0];
/// metrics.k8s.io/v1beta1 PodMetrics
pub static POD_METRICS: &Kind = &METRICS[1];

/// Kinds of which nothing is stored: the server answers when one is created (or, of ComponentStatus, read). They have no
/// place in [`KINDS`]; their indexes come after it.
pub static REVIEWS: &[Kind] = &[
    Kind {
        group: "",
        version: "v1",
        kind: "Binding",
        plural: "bindings",
        singular: "binding",
        short_names: &[],
        categories: &[],
        namespaced: true,
        subresources: &[],
        index: KINDS.len(),
    },
    Kind {
        group: "",
        version: "v1",
        kind: "ComponentStatus",
        plural: "componentstatuses",
        singular: "componentstatus",
        short_names: &["cs"],
        categories: &[],
        namespaced: false,
        subresources: &[],
        index: KINDS.len() + 1,
    },
    Kind {
        group: "authentication.k8s.io",
        version: "v1",
        kind: "SelfSubjectReview",
        plural: "selfsubjectreviews",
        singular: "selfsubjectreview",
        short_names: &[],
        categories: &[],
        namespaced: false,
        subresources: &[],
        index: KINDS.len() + 2,
    },
    Kind {
        group: "authentication.k8s.io",
        version: "v1",
        kind: "TokenReview",
        plural: "tokenreviews",
        singular: "tokenreview",
        short_names: &[],
        categories: &[],
        namespaced: false,
        subresources: &[],
        index: KINDS.len() + 3,
    },
    Kind {
        group: "authorization.k8s.io",
        version: "v1",
        kind: "LocalSubjectAccessReview",
        plural: "localsubjectaccessreviews",
        singular: "localsubjectaccessreview",
        short_names: &[],
        categories: &[],
        namespaced: true,
        subresources: &[],
        index: KINDS.len() + 4,
    },
    Kind {
        group: "authorization.k8s.io",
        version: "v1",
        kind: "SelfSubjectAccessReview",
        plural: "selfsubjectaccessreviews",
        singular: "selfsubjectaccessreview",
        short_names: &[],
        categories: &[],
        namespaced: false,
        subresources: &[],
        index: KINDS.len() + 5,
    },
    Kind {
        group: "authorization.k8s.io",
        version: "v1",
        kind: "SelfSubjectRulesReview",
        plural: "selfsubjectrulesreviews",
        singular: "selfsubjectrulesreview",
        short_names: &[],
        categories: &[],
        namespaced: false,
        subresources: &[],
        index: KINDS.len() + 6,
    },
    Kind {
        group: "authorization.k8s.io",
        version: "v1",
        kind: "SubjectAccessReview",
        plural: "subjectaccessreviews",
        singular: "subjectaccessreview",
        short_names: &[],
        categories: &[],
        namespaced: false,
        subresources: &[],
        index: KINDS.len() + 7,
    },
];

/// core/v1 Binding
pub static BINDING: &Kind = &REVIEWS[0];
/// core/v1 ComponentStatus
pub static COMPONENT_STATUS: &Kind = &REVIEWS[1];
/// authentication.k8s.io/v1 SelfSubjectReview
pub static SELF_SUBJECT_REVIEW: &Kind = &REVIEWS[2];
/// authentication.k8s.io/v1 TokenReview
pub static TOKEN_REVIEW: &Kind = &REVIEWS[3];
/// authorization.k8s.io/v1 LocalSubjectAccessReview
pub static LOCAL_SUBJECT_ACCESS_REVIEW: &Kind = &REVIEWS[4];
/// authorization.k8s.io/v1 SelfSubjectAccessReview
pub static SELF_SUBJECT_ACCESS_REVIEW: &Kind = &REVIEWS[5];
/// authorization.k8s.io/v1 SelfSubjectRulesReview
pub static SELF_SUBJECT_RULES_REVIEW: &Kind = &REVIEWS[6];
/// authorization.k8s.io/v1 SubjectAccessReview
pub static SUBJECT_ACCESS_REVIEW: &Kind = &REVIEWS[7];
