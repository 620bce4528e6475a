//! The addresses of hosts that merchants named. A host with an address that is not public is refused, so
//! that no request of ours reaches a private network.

use domain::webhook::Reach;
use std::net::SocketAddr;

/// Why a host may not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// The name does not resolve.
    #[error("the host is not known")]
    Unknown,
    /// One of the addresses is private, local or reserved. The whole host is refused, since a connection may
    /// use any of its addresses.
    #[error("the host leads to an address that is not public")]
    NotPublic,
}

/// The addresses of a host, by the system's resolver.
pub async fn addresses(host: &str, port: u16, reach: Reach) -> Result<Vec<SocketAddr>, HostError> {
    let found = tokio::net::lookup_host((host, port)).await.map_err(|_| HostError::Unknown)?;
    let found: Vec<SocketAddr> = found.collect();
    if found.is_empty() {
        Err(HostError::Unknown)
    } else if found.iter().all(|address| reach.allows(address.ip())) {
        Ok(found)
    } else {
        Err(HostError::NotPublic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_of_this_machine_is_refused_except_in_a_test_stack() {
        assert_eq!(addresses("localhost", 443, Reach::Public).await, Err(HostError::NotPublic));
        assert!(addresses("localhost", 443, Reach::Anywhere).await.is_ok());
    }

    #[tokio::test]
    async fn another_notation_of_a_local_address_is_refused() {
        for number in ["127.1", "2130706433", "0x7f000001"] {
            assert!(addresses(number, 443, Reach::Public).await.is_err(), "{number}");
        }
    }
}
