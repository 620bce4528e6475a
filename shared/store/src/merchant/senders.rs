//! How a merchant's messages leave: part of its settings, and which merchants share an account.

use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::transaction::TransactionOutcome;
use crate::table::write::Write;
use crate::{Store, StoreError};
use domain::member::Email;
use domain::merchant::sender::{AccountCode, EmailSender, Senders, SmsSender, UnitPrice};
use domain::{Channel, MerchantId};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(crate) struct SenderRecord {
    pk: String,
    sk: String,
    account: String,
    /// An address or what a telephone shows.
    from: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stop_number: Option<String>,
    /// In millionths of a euro.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    price: Option<u32>,
}

#[derive(Serialize, Deserialize)]
struct AccountMerchantRecord {
    pk: String,
    sk: String,
}

impl SenderRecord {
    pub(crate) fn read_into(self, senders: &mut Senders) -> Result<(), StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("sender");
        let account = AccountCode::parse(&self.account).map_err(|_| CORRUPT)?;
        let price = self.price.map(UnitPrice::new).transpose().map_err(|_| CORRUPT)?;
        match (self.sk.as_str(), self.stop_number) {
            ("SENDER#email", None) => {
                senders.email = Some(EmailSender {
                    account,
                    address: Email::parse(&self.from).map_err(|_| CORRUPT)?,
                    name: self.name.ok_or(CORRUPT)?,
                    price,
                });
            }
            ("SENDER#sms", Some(stop_number)) => {
                senders.sms = Some(SmsSender { account, shown: self.from, stop_number, price });
            }
            _ => return Err(CORRUPT),
        }
        Ok(())
    }
}

impl Store {
    /// Sets from whom a merchant's e-mails come: 1 transaction of 3 items.
    ///
    /// # Errors
    /// [`StoreError::Busy`], [`StoreError::Unavailable`].
    pub async fn put_email_sender(
        &self,
        merchant: MerchantId,
        sender: &EmailSender,
    ) -> Result<(), StoreError> {
        let Key { pk, sk } = keys::sender(merchant, Channel::Email);
        let record = SenderRecord {
            pk,
            sk,
            account: sender.account.as_str().to_owned(),
            from: sender.address.as_str().to_owned(),
            name: Some(sender.name.clone()),
            stop_number: None,
            price: sender.price.map(UnitPrice::microeuros),
        };
        self.put_sender(merchant, &sender.account, &record).await
    }

    /// Sets from whom a merchant's SMS come: 1 transaction of 3 items.
    ///
    /// # Errors
    /// [`StoreError::Busy`], [`StoreError::Unavailable`].
    pub async fn put_sms_sender(
        &self,
        merchant: MerchantId,
        sender: &SmsSender,
    ) -> Result<(), StoreError> {
        let Key { pk, sk } = keys::sender(merchant, Channel::Sms);
        let record = SenderRecord {
            pk,
            sk,
            account: sender.account.as_str().to_owned(),
            from: sender.shown.clone(),
            name: None,
            stop_number: Some(sender.stop_number.clone()),
            price: sender.price.map(UnitPrice::microeuros),
        };
        self.put_sender(merchant, &sender.account, &record).await
    }

    /// The merchant stays among those of an account it leaves: messages sent by it before are
    /// answered there.
    async fn put_sender(
        &self,
        merchant: MerchantId,
        account: &AccountCode,
        record: &SenderRecord,
    ) -> Result<(), StoreError> {
        let Key { pk, sk } = keys::account_merchant(account.as_str(), merchant);
        let among = AccountMerchantRecord { pk, sk };
        let Key { pk, sk } = keys::merchant_account(merchant, account.as_str());
        let back = AccountMerchantRecord { pk, sk };
        let mut transaction = self.transaction();
        transaction.add(Write::put(record)?);
        transaction.add(Write::put(&among)?);
        transaction.add(Write::put(&back)?);
        self.settings.forget(merchant);
        match transaction.commit().await? {
            TransactionOutcome::Committed => Ok(()),
            TransactionOutcome::Cancelled(_) => Err(StoreError::Busy),
        }
    }

    /// The merchants who send or sent by an account: 1 query a MB of them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn merchants_of_account(
        &self,
        account: &AccountCode,
    ) -> Result<Vec<MerchantId>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(
                ":pk",
                items::text(keys::account_partition(account.as_str())),
            )
            .into_paginator()
            .items()
            .send();
        let mut merchants = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(StoreError::unavailable)?;
            let record: AccountMerchantRecord = items::from_item(item, "account")?;
            let merchant = record.sk.strip_prefix("M#").map(MerchantId::parse);
            merchants.push(merchant.and_then(Result::ok).ok_or(StoreError::Corrupt("account"))?);
        }
        Ok(merchants)
    }
}
