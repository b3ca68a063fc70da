//! A persistent file system tree: what a container, a node, a volume and the workstation keep their files in.
