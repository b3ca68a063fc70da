//! Pod addresses, Services, DNS, and every packet's way hop by hop.
