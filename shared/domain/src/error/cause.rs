//! Who can bring a refusal about, and so who can do something about it.

/// Who can bring a refusal about. Each error code has one cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// A cashier, by what was typed or scanned, or by the state of a customer or a receipt. The refusal has a
    /// sentence for the cashier.
    Cashier,
    /// The software of a till. Its developer corrects it.
    Till,
    /// The merchant's office or the operator: settings, campaigns, files and corrections. No till gets the
    /// refusal.
    Office,
    /// A row of a file. No request gets the refusal.
    File,
}
