//! A merchant's senders, which are part of its settings.

use crate::merchant::changes::SettingsChanges;
use crate::table::attributes;
use crate::table::keys::{self, Key};
use crate::table::retry::{Attempt, retry};
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

/// The account of the sender that a change replaces.
#[derive(Deserialize)]
struct FormerSender {
    account: String,
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
    /// Sets the sender of a merchant's e-mails: 1 read and 1 transaction of 4 items; 4 reads and 1 transaction of 8
    /// items where the merchant leaves its former account.
    ///
    /// # Errors
    /// [`Conflict::AccountOfAnotherProvider`], or [`StoreError::Busy`].
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

    /// Sets the sender of a merchant's SMS: 1 read and 1 transaction of 4 items; 4 reads and 1 transaction of 8 items
    /// where the merchant leaves its former account.
    ///
    /// # Errors
    /// [`Conflict::AccountOfAnotherProvider`], or [`StoreError::Busy`].
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

    /// Writes a sender, and lists the merchant under the account of the sender. A merchant that changes its account
    /// leaves the former account if the merchant has never launched a campaign. Otherwise people may still answer
    /// messages of the former account, and the merchant stays listed.
    async fn put_sender(
        &self,
        merchant: MerchantId,
        account: &ProviderAccount,
        record: &SenderRecord,
    ) -> Result<(), StoreError> {
        let key = Key { pk: record.pk.clone(), sk: record.sk.clone() };
        let key = &key;
        retry(|_| async move {
            let former: Option<FormerSender> = self.get_item(key, Consistency::Strong).await?;
            let mut transaction = self.transaction();
            let put = Write::put(record)?;
            transaction.add(match &former {
                Some(former) => put
                    .condition("#account = :former")
                    .name("#account", "account")
                    .value(":former", attributes::text(&former.account)),
                None => put.if_absent(),
            });
            Self::join_account(&mut transaction, merchant, account)?;
            let left = former.filter(|former| former.account != account.code.as_str());
            if let Some(FormerSender { account: code }) = left
                && !self.has_launched_a_campaign(merchant).await?
            {
                transaction.check_absent(Slot::FirstCampaign, keys::first_campaign(merchant));
                self.leave_account(&mut transaction, merchant, &code).await?;
            }
            self.settings.remove(&merchant);
            match transaction.commit().await? {
                TransactionOutcome::Committed => Ok(Attempt::Done(())),
                TransactionOutcome::Cancelled(cancelled)
                    if cancelled.failed(Slot::AccountProvider) =>
                {
                    Err(Conflict::AccountOfAnotherProvider.into())
                }
                TransactionOutcome::Cancelled(_) => Ok(Attempt::Again),
            }
        })
        .await
    }
}
