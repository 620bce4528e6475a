//! The sessions of a login as bytes: for each the hash of its secret, and two instants in seconds.

use crate::StoreError;
use domain::Instant;
use domain::sign_in::Session;

const CORRUPT: StoreError = StoreError::Corrupt("session");
const HASH: usize = 32;
const LENGTH: usize = HASH + 16;

pub(super) fn encode(sessions: &[Session]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(sessions.len() * LENGTH);
    for session in sessions {
        bytes.extend_from_slice(&session.secret_hash);
        bytes.extend_from_slice(&session.begun_at.as_second().to_be_bytes());
        bytes.extend_from_slice(&session.used_at.as_second().to_be_bytes());
    }
    bytes
}

pub(super) fn decode(bytes: &[u8]) -> Result<Vec<Session>, StoreError> {
    let (sessions, rest) = bytes.as_chunks::<LENGTH>();
    if !rest.is_empty() {
        return Err(CORRUPT);
    }
    sessions.iter().map(read).collect()
}

fn read(bytes: &[u8; LENGTH]) -> Result<Session, StoreError> {
    let (hash, instants) = bytes.split_first_chunk::<HASH>().ok_or(CORRUPT)?;
    let (begun, used) = instants.split_first_chunk::<8>().ok_or(CORRUPT)?;
    let instant = |bytes: &[u8]| {
        let seconds = <[u8; 8]>::try_from(bytes).map(i64::from_be_bytes).map_err(|_| CORRUPT)?;
        Instant::from_second(seconds).map_err(|_| CORRUPT)
    };
    Ok(Session { secret_hash: *hash, begun_at: instant(begun)?, used_at: instant(used)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_read_back_and_bytes_cut_short_do_not() {
        let at = |second| Instant::from_second(1_795_000_000 + second).unwrap();
        let sessions = [1, 2].map(|number| Session {
            used_at: at(60),
            ..Session::new([number; 32], at(i64::from(number)))
        });
        let bytes = encode(&sessions);
        assert_eq!(decode(&bytes).unwrap(), sessions);
        assert!(decode(&[]).unwrap().is_empty());
        assert!(decode(&bytes[..bytes.len() - 1]).is_err());
    }
}
