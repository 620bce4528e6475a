//! A merchant's senders, which are part of its settings, and the merchants that share an account.

use crate::merchant::changes::SettingsChanges;
use crate::table::attributes;
use crate::table::keys::{self, Key};
use crate::table::transaction::{Slot, TransactionOutcome};
use crate::table::write::Write;
use crate::{Conflict, Consistency, Store, StoreError};
use domain::member::Email;
use domain::merchant::provider::{AccountCode, ProviderAccount, ProviderName};
use domain::merchant::sender::{
    EmailSender, SenderId, SenderName, Senders, SmsSender, StopNumber, UnitPrice,
};
use domain::{Channel, Credential, MerchantId};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(crate) struct SenderRecord {
    pk: String,
    sk: String,
    provider: String,
    account: String,
    /// An e-mail address or a sender ID.
    from: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stop_number: Option<String>,
    /// In millionths of a euro.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    price: Option<u32>,
    /// The credential that wrote the item.
    by: Credential,
}

#[derive(Serialize, Deserialize)]
struct AccountMerchantRecord {
    pk: String,
    sk: String,
}

#[derive(Deserialize)]
struct AccountProviderRecord {
    provider: String,
}

const CORRUPT: StoreError = StoreError::Corrupt("sender");

impl SenderRecord {
    pub(crate) fn read_into(
        self,
        senders: &mut Senders,
        changes: &mut SettingsChanges,
    ) -> Result<(), StoreError> {
        let price = self.price.map(UnitPrice::new).transpose().map_err(|_| CORRUPT)?;
        match (self.sk.as_str(), &self.stop_number) {
            ("SENDER#email", None) => {
                changes.email_sender = Some(self.by);
                senders.email = Some(EmailSender {
                    account: self.account(Channel::Email)?,
                    address: Email::parse(&self.from).map_err(|_| CORRUPT)?,
                    name: SenderName::parse(self.name.as_deref().ok_or(CORRUPT)?)
                        .map_err(|_| CORRUPT)?,
                    price,
                });
            }
            ("SENDER#sms", Some(stop_number)) => {
                changes.sms_sender = Some(self.by);
                senders.sms = Some(SmsSender {
                    account: self.account(Channel::Sms)?,
                    sender_id: SenderId::parse(&self.from).map_err(|_| CORRUPT)?,
                    stop_number: StopNumber::parse(stop_number).map_err(|_| CORRUPT)?,
                    price,
                });
            }
            _ => return Err(CORRUPT),
        }
        Ok(())
    }

    fn account(&self, channel: Channel) -> Result<ProviderAccount, StoreError> {
        let provider = ProviderName::parse(&self.provider);
        Ok(ProviderAccount {
            provider: provider.filter(|one| one.channel() == channel).ok_or(CORRUPT)?,
            code: AccountCode::parse(&self.account).map_err(|_| CORRUPT)?,
        })
    }
}

impl Store {
    /// Sets the sender of a merchant's e-mails: 1 transaction of 4 items.
    ///
    /// # Errors
    /// [`Conflict::AccountOfAnotherProvider`].
    pub async fn put_email_sender(
        &self,
        merchant: MerchantId,
        sender: &EmailSender,
        by: Credential,
    ) -> Result<(), StoreError> {
        let Key { pk, sk } = keys::sender(merchant, Channel::Email);
        let record = SenderRecord {
            pk,
            sk,
            provider: sender.account.provider.as_str().to_owned(),
            account: sender.account.code.as_str().to_owned(),
            from: sender.address.as_str().to_owned(),
            name: Some(sender.name.as_str().to_owned()),
            stop_number: None,
            price: sender.price.map(UnitPrice::microeuros),
            by,
        };
        self.put_sender(merchant, &sender.account, &record).await
    }

    /// Sets the sender of a merchant's SMS: 1 transaction of 4 items.
    ///
    /// # Errors
    /// [`Conflict::AccountOfAnotherProvider`].
    pub async fn put_sms_sender(
        &self,
        merchant: MerchantId,
        sender: &SmsSender,
        by: Credential,
    ) -> Result<(), StoreError> {
        let Key { pk, sk } = keys::sender(merchant, Channel::Sms);
        let record = SenderRecord {
            pk,
            sk,
            provider: sender.account.provider.as_str().to_owned(),
            account: sender.account.code.as_str().to_owned(),
            from: sender.sender_id.as_str().to_owned(),
            name: None,
            stop_number: Some(sender.stop_number.as_str().to_owned()),
            price: sender.price.map(UnitPrice::microeuros),
            by,
        };
        self.put_sender(merchant, &sender.account, &record).await
    }

    /// Writes a sender, and the provider of its account where no sender used the account before. A merchant that changes its account stays listed under the former account,
    /// because people may still answer messages of the former account.
    async fn put_sender(
        &self,
        merchant: MerchantId,
        ProviderAccount { provider, code: account }: &ProviderAccount,
        record: &SenderRecord,
    ) -> Result<(), StoreError> {
        let belongs =
            Write::update(&keys::account_provider(account.as_str()), "SET provider = :provider")
                .condition("attribute_not_exists(provider) OR provider = :provider")
                .value(":provider", attributes::text(provider.as_str()));
        let Key { pk, sk } = keys::account_merchant(account.as_str(), merchant);
        let account_merchant = AccountMerchantRecord { pk, sk };
        let Key { pk, sk } = keys::merchant_account(merchant, account.as_str());
        let merchant_account = AccountMerchantRecord { pk, sk };
        let mut transaction = self.transaction();
        transaction.add_in(Slot::AccountProvider, belongs);
        transaction.add(Write::put(record)?);
        transaction.add(Write::put(&account_merchant)?);
        transaction.add(Write::put(&merchant_account)?);
        self.settings.remove(&merchant);
        match transaction.commit().await? {
            TransactionOutcome::Committed => Ok(()),
            TransactionOutcome::Cancelled(cancelled) if cancelled.failed(Slot::AccountProvider) => {
                Err(Conflict::AccountOfAnotherProvider.into())
            }
            TransactionOutcome::Cancelled(_) => Err(StoreError::Busy),
        }
    }

    /// Whether a merchant sends or has sent by an account, and the account belongs to this provider: 1 round
    /// trip, 1 read unit.
    pub async fn account_has_merchant(
        &self,
        account: &ProviderAccount,
        merchant: MerchantId,
    ) -> Result<bool, StoreError> {
        let code = account.code.as_str();
        let (owner, listed) =
            (keys::account_provider(code), keys::account_merchant(code, merchant));
        let (owner, listed): (Option<AccountProviderRecord>, Option<AccountMerchantRecord>) = futures::try_join!(
            self.get_item(&owner, Consistency::Eventual),
            self.get_item(&listed, Consistency::Eventual)
        )?;
        let is_owner = owner.is_some_and(|owner| owner.provider == account.provider.as_str());
        Ok(is_owner && listed.is_some())
    }

    /// The merchants that send or have sent by an account of a provider: 1 query for each MB of rows, and half
    /// a read unit. An account of another provider has none.
    pub async fn merchants_of_account(
        &self,
        account: &ProviderAccount,
    ) -> Result<Vec<MerchantId>, StoreError> {
        let code = account.code.as_str();
        let key = keys::account_provider(code);
        let owner: Option<AccountProviderRecord> =
            self.get_item(&key, Consistency::Eventual).await?;
        if owner.is_none_or(|owner| owner.provider != account.provider.as_str()) {
            return Ok(vec![]);
        }
        let partition = keys::account_partition(code);
        let stored: Vec<AccountMerchantRecord> =
            self.query_all(partition, "M#", Consistency::Eventual, "account").await?;
        let merchants = stored.iter().map(|record| {
            let merchant = record.sk.strip_prefix("M#").map(MerchantId::parse);
            merchant.and_then(Result::ok).ok_or(StoreError::Corrupt("account"))
        });
        merchants.collect()
    }
}
