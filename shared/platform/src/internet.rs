//! Hosts of the internet that a merchant named: looked up, and left alone where they lead into a network.

use domain::webhook::Reach;
use std::net::SocketAddr;

/// Why a host may not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// No name leads there.
    #[error("the host is not known")]
    Unknown,
    /// One of its addresses is private, local or reserved: all are left alone, since which of them is
    /// called is a matter of chance.
    #[error("the host leads to an address that is not public")]
    NotPublic,
}

/// The addresses of a host, by the system's resolver.
///
/// # Errors
/// [`HostError`], one reason a variant.
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
    async fn a_name_that_leads_to_this_machine_is_left_alone_but_by_a_stack_of_tests() {
        assert_eq!(addresses("localhost", 443, Reach::Public).await, Err(HostError::NotPublic));
        assert!(addresses("localhost", 443, Reach::Anywhere).await.is_ok());
    }

    #[tokio::test]
    async fn a_number_written_to_deceive_is_read_as_the_system_reads_it() {
        for number in ["127.1", "2130706433", "0x7f000001"] {
            assert!(addresses(number, 443, Reach::Public).await.is_err(), "{number}");
        }
    }
}
