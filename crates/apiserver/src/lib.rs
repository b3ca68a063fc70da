//! Requests in, answers out: the store with its watch log and indexes, admission, allocators, tables; and the client half.
