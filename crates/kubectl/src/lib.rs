//! kubectl: arguments to requests to printed text.
