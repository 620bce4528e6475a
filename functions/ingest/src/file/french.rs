//! What the merchant reads about a file, in French: one table a kind of reason, ready for another
//! language beside it.

use crate::file::columns::Column;
use crate::file::reason::{FileRefusal, Missing, Reason};
use domain::programme::checks::{MOST_GOODS, MOST_LEVELS, MOST_RULES};
use domain::purchase::{MOST_COUPONS, MOST_LINES};
use domain::{
    CampaignError, CouponError, DomainError, LedgerError, MemberError, MerchantError,
    ProgrammeError, PurchaseError, RequestError, RewardError, ValueError, WebhookError,
};

pub(crate) fn reason(reason: Reason) -> String {
    match reason {
        Reason::RowTooLong => {
            "Ligne de plus de 64 Ko : vérifiez qu'elle contient bien un seul ticket ou article.".into()
        }
        Reason::QuoteNotClosed { line } => format!(
            "Un guillemet s'ouvre à la ligne {line} et ne se ferme pas : fermez-le ou doublez-le (\"\")."
        ),
        Reason::NulBytes => "Ligne avec des octets nuls : exportez de nouveau le fichier en texte.".into(),
        Reason::NotUtf8 => {
            "Ligne illisible en UTF-8 alors que le fichier s'annonce UTF-8 : exportez-le de nouveau.".into()
        }
        Reason::TooManyFields => "Plus de champs que l'en-tête n'a de colonnes : mettez entre guillemets \
             les textes qui contiennent le séparateur."
            .into(),
        Reason::Scattered => {
            "Les lignes de ce ticket ne se suivent pas dans le fichier : triez-le par ticket.".into()
        }
        Reason::ReceiptTooLong => {
            format!("Ticket de plus de {MOST_LINES} lignes, ou trop volumineux : découpez-le.")
        }
        Reason::OtherRow { line } => {
            format!("Une autre ligne du même ticket est refusée, corrigez d'abord la ligne {line}.")
        }
        Reason::Neighbour { line } => format!(
            "La ligne {line}, voisine, ne peut être rattachée à aucun ticket et appartient peut-être \
             à celui-ci : corrigez-la ou supprimez-la."
        ),
        Reason::Value { column, invalid } => {
            format!("Colonne « {} » : {}.", column_name(column), value(invalid))
        }
        Reason::TimeUnreadable => "L'heure est illisible : écrivez-la 10:15 ou 10:15:30.".into(),
        Reason::TypeUnknown => {
            "Type de document inconnu : écrivez vente, facture, retour, avoir ou remboursement.".into()
        }
        Reason::AmountMissing => {
            "Aucun montant : renseignez le total du ticket, ou le montant de chacune de ses lignes.".into()
        }
        Reason::CustomersDiffer => "Les lignes de ce ticket nomment des clients différents.".into(),
        Reason::TotalsDiffer => "Le total du ticket doit être le même sur toutes ses lignes ; si la \
             colonne est le montant de chaque ligne, nommez-la « montant ligne »."
            .into(),
        Reason::Ledger(invalid) => capitalised(&value(invalid)),
    }
}

pub(crate) fn file_refusal(refusal: FileRefusal) -> String {
    match refusal {
        FileRefusal::Empty => "Le fichier est vide.".into(),
        FileRefusal::Utf16 => {
            "Le fichier est en UTF-16 (« texte Unicode ») : enregistrez-le en « CSV UTF-8 ».".into()
        }
        FileRefusal::Spreadsheet => {
            "Le fichier est un classeur de tableur : enregistrez-le en « CSV UTF-8 ».".into()
        }
        FileRefusal::NotText => "Le fichier n'est pas du texte : envoyez un fichier CSV.".into(),
        FileRefusal::HeaderUnknown => {
            "La première ligne ne nomme aucune colonne connue : elle doit \
             contenir les noms des colonnes, par exemple « numéro ticket ; date ; mobile ; total »."
                .into()
        }
        FileRefusal::HeaderIncomplete(missing) => {
            format!("Il manque à l'en-tête : {}.", missing_columns(missing))
        }
        FileRefusal::ColumnTwice { column } => {
            format!("La colonne « {} » figure deux fois dans l'en-tête.", column_name(column))
        }
        FileRefusal::NotGrouped => "Les lignes de trop nombreux tickets ne se suivent pas, ou le \
             fichier est trop grand pour le savoir : triez-le par ticket, ou découpez-le."
            .into(),
        FileRefusal::UnknownEstablishment => "Le dossier du fichier n'est celui d'aucun de vos \
             établissements : déposez-le sous le code d'un établissement existant."
            .into(),
        FileRefusal::ExpandsTooLarge => {
            "Le fichier compressé est trop volumineux une fois décompressé : découpez-le.".into()
        }
        FileRefusal::GzipUnreadable => {
            "Le fichier compressé est incomplet ou abîmé : compressez-le et envoyez-le de nouveau."
                .into()
        }
        FileRefusal::Gone => "Le fichier a été supprimé ou remplacé avant d'être lu : envoyez-le \
             de nouveau."
            .into(),
        FileRefusal::OpenQuotes => {
            "Trop de guillemets s'ouvrent sans se fermer : exportez de nouveau \
             le fichier, en doublant (\"\") ceux que contiennent les textes."
                .into()
        }
    }
}

fn missing_columns(missing: Missing) -> String {
    let names = [
        (missing.receipt, "le numéro de ticket"),
        (missing.date, "la date"),
        (missing.amount, "un montant (total, montant ligne, ou quantité et prix unitaire)"),
    ];
    names
        .into_iter()
        .filter_map(|(is_missing, name)| is_missing.then_some(name))
        .collect::<Vec<_>>()
        .join(", ")
}

const fn column_name(column: Column) -> &'static str {
    match column {
        Column::Receipt => "numéro ticket",
        Column::Date => "date",
        Column::Time => "heure",
        Column::Register => "caisse",
        Column::Mobile => "mobile",
        Column::Card => "numéro carte",
        Column::LastName => "nom",
        Column::FirstName => "prénom",
        Column::Email => "e-mail",
        Column::BirthDate => "date de naissance",
        Column::CardRequested => "carte demandée",
        Column::DocumentType => "type de document",
        Column::ReturnedReceipt => "ticket d'origine",
        Column::ReturnedDate => "date du ticket d'origine",
        Column::ReturnedRegister => "caisse d'origine",
        Column::Total => "total",
        Column::Sku => "code article",
        Column::Label => "libellé",
        Column::Category => "catégorie",
        Column::Quantity => "quantité",
        Column::UnitPrice => "prix unitaire",
        Column::Discount => "remise",
        Column::LineAmount => "montant ligne",
    }
}

#[expect(clippy::too_many_lines, reason = "a sentence a reason")]
fn value(invalid: DomainError) -> String {
    let text = match invalid {
        DomainError::Value(ValueError::MobileUnreadable) => {
            "ce n'est pas un numéro de téléphone, écrivez-le 06 12 34 56 78 ou +33612345678"
        }
        DomainError::Value(ValueError::MobileScientific) => {
            "le tableur a réécrit le numéro en notation scientifique (3,36E+10) et des chiffres sont \
             perdus, exportez la colonne au format texte"
        }
        DomainError::Value(ValueError::MobileNotMobile) => {
            "ce n'est pas un numéro de mobile, indiquez un mobile ou laissez vide"
        }
        DomainError::Value(ValueError::AmountUnreadable) => {
            "ce n'est pas un montant, écrivez-le 12,50 ou 12.50, avec deux décimales au plus"
        }
        DomainError::Value(ValueError::AmountNegative) => "le montant ne doit pas être négatif",
        DomainError::Value(ValueError::AmountTooLarge) => {
            "le montant dépasse un million d'euros, vérifiez-le"
        }
        DomainError::Value(ValueError::QuantityUnreadable) => {
            "ce n'est pas une quantité, écrivez-la 1 ou 0,250, avec trois décimales au plus"
        }
        DomainError::Value(ValueError::QuantityOutOfRange) => {
            "la quantité doit être différente de 0 et d'au plus 100 000"
        }
        DomainError::Value(ValueError::Empty) => "la cellule est vide, renseignez-la",
        DomainError::Value(ValueError::TooLong { limit }) => {
            return format!("le texte est trop long, {limit} caractères au plus");
        }
        DomainError::Value(ValueError::ControlCharacters) => {
            "le texte contient des caractères invisibles, supprimez-les"
        }
        DomainError::Value(ValueError::SensitiveText) => {
            "le texte contient un mot de santé ou d'une autre donnée sensible, écrivez-le autrement"
        }
        DomainError::Value(ValueError::Characters) => {
            "un caractère n'est pas admis, n'utilisez que lettres sans accent, chiffres et . _ - /"
        }
        DomainError::Value(ValueError::EstablishmentCode) => {
            "un code d'établissement compte 1 à 20 lettres minuscules, chiffres ou tirets"
        }
        DomainError::Value(ValueError::Identifier) => "cet identifiant n'a pas été donné par nous",
        DomainError::Value(ValueError::CardNumber) => {
            "un numéro de carte compte 4 à 32 lettres ou chiffres, exportez la colonne au format texte"
        }
        DomainError::Value(ValueError::DayUnreadable) => {
            "ce n'est pas une date du calendrier, écrivez-la 24/11/2026, 2026-11-24 ou 20261124"
        }
        DomainError::Value(ValueError::InstantUnreadable) => {
            "la date et l'heure sont illisibles, écrivez 2026-11-24T10:15:00+01:00"
        }
        DomainError::Value(ValueError::InFuture) => "la date est dans le futur, corrigez-la",
        DomainError::Purchase(PurchaseError::TooOld) => {
            "la vente a plus de 7 jours, envoyez-la par fichier"
        }
        DomainError::Value(ValueError::TimeZone) => {
            "le fuseau horaire est inconnu, écrivez Europe/Paris ou Indian/Reunion"
        }
        DomainError::Member(MemberError::Email) => {
            "ce n'est pas une adresse e-mail, écrivez-la nom@example.com"
        }
        DomainError::Member(MemberError::BirthDate) => {
            "la date de naissance doit être après 1900 et dans le passé"
        }
        DomainError::Purchase(PurchaseError::TooManyLines) => {
            return format!("le ticket a trop de lignes, {MOST_LINES} au plus");
        }
        DomainError::Programme(ProgrammeError::EarningRule) => {
            "la règle de points doit donner 0 à 10 000 points pour 0,01 à 1 000 euros"
        }
        DomainError::Programme(ProgrammeError::LevelCode) => {
            "le code du palier doit avoir 1 à 20 minuscules, chiffres ou tirets"
        }
        DomainError::Programme(ProgrammeError::RulePoints) => {
            "le nombre de points doit être entier, au moins 1, et dans les bornes du champ"
        }
        DomainError::Programme(ProgrammeError::TooManyRules) => {
            return format!(
                "il y a trop de règles, {MOST_RULES} d'une sorte et {MOST_LEVELS} paliers au plus"
            );
        }
        DomainError::Programme(ProgrammeError::TooManyGoods) => {
            return format!("la règle nomme trop d'articles, {MOST_GOODS} au plus");
        }
        DomainError::Programme(ProgrammeError::OpticianGoods) => {
            "une règle d'opticien ne nomme que les familles optique, solaire, accessoire et autre"
        }
        DomainError::Programme(ProgrammeError::EarnsWhatIsExcluded) => {
            "la règle donne des points pour des articles exclus du programme"
        }
        DomainError::Programme(ProgrammeError::VisitsADay) => {
            "le nombre de passages par jour doit être de 1 à 24"
        }
        DomainError::Programme(ProgrammeError::Multiplier) => {
            "le multiplicateur doit être de 101 à 1000 centièmes"
        }
        DomainError::Programme(ProgrammeError::PiecesOfNothing) => {
            "un bonus par article doit nommer des articles ou des catégories"
        }
        DomainError::Programme(ProgrammeError::PiecesWithoutLimit) => {
            "un bonus par article doit avoir une limite par vente, 10 000 points au plus"
        }
        DomainError::Programme(ProgrammeError::LevelTwice) => {
            "deux paliers ont le même code ou le même seuil"
        }
        DomainError::Programme(ProgrammeError::LevelUnknown) => {
            "la règle nomme un palier que le programme n'a pas"
        }
        DomainError::Programme(ProgrammeError::EstablishmentUnknown) => {
            "la règle nomme un établissement inconnu, créez-le d'abord"
        }
        DomainError::Programme(ProgrammeError::PendingDays) => {
            "le délai de retour doit être de 90 jours au plus"
        }
        DomainError::Programme(ProgrammeError::ExpiryMonths) => {
            "la durée de vie des points doit être de 1 à 60 mois"
        }
        DomainError::Programme(ProgrammeError::EndsBeforeItBegins) => {
            "la période finit avant de commencer"
        }
        DomainError::Programme(ProgrammeError::HoursEmpty) => {
            "les heures doivent s'écrire 17:00 et 19:00, la seconde après la première"
        }
        DomainError::Programme(ProgrammeError::GivesWithoutLimit) => {
            "la règle pourrait donner sans limite, fixez un achat minimum ou un plafond par jour"
        }
        DomainError::Programme(ProgrammeError::GivesBackMoreThanSpent) => {
            "la règle rend autant que ce qui est dépensé, ou plus, une fois multipliée"
        }
        DomainError::Programme(ProgrammeError::UnitChanged) => {
            "l'unité n'est pas celle des autres programmes du commerçant"
        }
        DomainError::Ledger(LedgerError::AdjustmentPoints) => {
            "la correction doit être différente de 0 et de 100 000 points au plus"
        }
        DomainError::Purchase(PurchaseError::CouponsOfReturn) => "un retour n'utilise pas de bons",
        DomainError::Purchase(PurchaseError::TooManyCoupons) => {
            return format!("il y a trop de bons, {MOST_COUPONS} au plus");
        }
        DomainError::Purchase(PurchaseError::CouponTwice) => "le même bon est utilisé deux fois",
        DomainError::Ledger(LedgerError::NotEnoughPoints) => {
            "le solde ne contient pas autant de points"
        }
        DomainError::Programme(ProgrammeError::RuleNotAhead) => {
            "la règle de points doit commencer un jour à venir"
        }
        DomainError::Purchase(PurchaseError::ReturnedSaleUnknown) => {
            "le retour nomme une vente inconnue, envoyez d'abord la vente, puis ce retour de nouveau"
        }
        DomainError::Purchase(PurchaseError::ReturnExceedsSale) => {
            "le retour dépasse ce qui reste de la vente"
        }
        DomainError::Purchase(PurchaseError::ReturnedSaleNotInForce) => {
            "le retour nomme un document qui est lui-même un retour, ou qui est annulé"
        }
        DomainError::Purchase(PurchaseError::ReturnedSaleOfAnother) => {
            "le retour nomme la vente d'un autre client"
        }
        DomainError::Purchase(PurchaseError::ReceiptConflict) => {
            "ce ticket est déjà connu avec un autre contenu, annulez-le puis envoyez-le de nouveau"
        }
        DomainError::Member(MemberError::CardTaken) => {
            "cette carte est celle d'un autre client, vérifiez son numéro ou fusionnez les deux fiches"
        }
        DomainError::Member(MemberError::CardBlocked) => {
            "cette carte est déclarée perdue, indiquez le mobile du client ou sa nouvelle carte"
        }
        DomainError::Member(MemberError::NoCard) => "ce client n'a pas de carte",
        DomainError::Member(MemberError::TooManyBlockedCards) => "ce client a perdu trop de cartes",
        DomainError::Member(MemberError::QrUnreadable) => {
            "ce code ne contient pas de numéro de carte"
        }
        DomainError::Request(RequestError::IdempotencyKeyReused) => {
            "cette clé a déjà servi pour une autre demande"
        }
        DomainError::Merchant(MerchantError::Origin) => {
            "ce n'est pas l'origine d'une page, écrivez https://caisse.example.com, sans chemin"
        }
        DomainError::Merchant(MerchantError::AccountCode) => {
            "un code de compte compte 1 à 40 lettres minuscules, chiffres ou tirets"
        }
        DomainError::Merchant(MerchantError::SmsSender) => {
            "l'expéditeur compte 3 à 11 lettres sans accent, chiffres ou espaces, une lettre d'abord"
        }
        DomainError::Merchant(MerchantError::StopNumber) => {
            "le numéro de STOP est un numéro court, 36xxx ou 38xxx"
        }
        DomainError::Merchant(MerchantError::UnitPrice) => {
            "un message coûte 0 à 1 000 000 millionièmes d'euro"
        }
        DomainError::Value(ValueError::AmountZero) => "le montant doit être d'au moins 1 centime",
        DomainError::Coupon(CouponError::Code) => {
            "un code de bon compte 4 à 24 lettres sans accent et chiffres"
        }
        DomainError::Coupon(CouponError::Mistyped) => {
            "le code du bon est mal saisi, un caractère est faux ou deux sont inversés"
        }
        DomainError::Coupon(CouponError::MadeHere) => {
            "ce code a la forme des codes créés par le service, choisissez-en un autre"
        }
        DomainError::Coupon(CouponError::Taken) => {
            "ce code est celui d'une autre offre, choisissez-en un autre"
        }
        DomainError::Coupon(CouponError::Refused(refusal)) => {
            return refusal.french().trim_end_matches('.').to_owned();
        }
        DomainError::Reward(RewardError::Points) => "une récompense coûte 1 à 1 000 000 points",
        DomainError::Reward(RewardError::Limit) => {
            "la limite par membre est d'au moins 1 et ne dépasse pas le stock, désactivez la récompense \
             pour l'arrêter"
        }
        DomainError::Reward(RewardError::Offer) => {
            "une récompense donne des bons qui servent une seule fois"
        }
        DomainError::Reward(RewardError::Refused(refusal)) => {
            return refusal.french().trim_end_matches('.').to_owned();
        }
        DomainError::Reward(RewardError::RedemptionFulfilled) => {
            "cette récompense a été remise, elle ne s'annule plus"
        }
        DomainError::Reward(RewardError::RedemptionCancelled) => {
            "cette demande est annulée, faites-en une nouvelle"
        }
        DomainError::Reward(RewardError::RedemptionCouponUsed) => {
            "le bon de cette récompense a été utilisé, annulez d'abord la vente où il a servi"
        }
        DomainError::Coupon(CouponError::OfferShare) => "la remise est de 0,01 à 100 pour cent",
        DomainError::Coupon(CouponError::OfferDays) => {
            "l'offre doit se terminer après son premier jour"
        }
        DomainError::Coupon(CouponError::OfferWithoutEnd) => {
            "l'offre n'a pas de fin, donnez un nombre d'utilisations, ou un dernier jour et un nombre \
             par membre"
        }
        DomainError::Coupon(CouponError::OfferLimitZero) => {
            "la limite est d'au moins 1, désactivez l'offre pour l'arrêter"
        }
        DomainError::Coupon(CouponError::OfferLimits) => {
            "la limite par membre ne doit pas dépasser la limite totale"
        }
        DomainError::Coupon(CouponError::OfferArticle) => {
            "un opticien ne propose pas d'offre sur un article"
        }
        DomainError::Coupon(CouponError::BatchCount) => "un lot compte 1 à 1 000 000 codes",
        DomainError::Campaign(CampaignError::Segment) => {
            "le ciblage se contredit, la première valeur doit être la plus petite"
        }
        DomainError::Campaign(CampaignError::State) => "l'état de la campagne ne le permet pas",
        DomainError::Campaign(CampaignError::AlreadyPast) => {
            "ce moment est passé, choisissez-en un à venir"
        }
        DomainError::Merchant(MerchantError::ContractEnd) => {
            "le contrat doit se terminer aujourd'hui ou dans les 5 ans"
        }
        DomainError::Member(MemberError::InvitedBeforeCreation) => {
            "l'invitation précède la création du membre"
        }
        DomainError::Member(MemberError::ActivatedBeforeCreation) => {
            "l'activation précède la création du membre"
        }
        DomainError::Member(MemberError::Suppressed) => {
            "ce contact a été effacé, seule la personne peut adhérer de nouveau"
        }
        DomainError::Member(MemberError::NotEnrolled) => {
            "ce client est inconnu et rien n'indique qu'il a demandé la carte"
        }
        DomainError::Webhook(WebhookError::Url) => {
            "l'adresse du webhook doit commencer par https://"
        }
        DomainError::Webhook(WebhookError::Address) => {
            "l'adresse du webhook doit mener à un serveur public, joignable par internet"
        }
        DomainError::Webhook(WebhookError::EventType) => {
            "ce type d'événement n'existe pas, docs/webhooks.md les liste"
        }
        DomainError::Webhook(WebhookError::NoEventType) => {
            "le webhook doit nommer au moins un type d'événement"
        }
        DomainError::Webhook(WebhookError::ReplayRange) => {
            "la période doit commencer avant de finir, dans les 30 derniers jours"
        }
    };
    text.into()
}

/// A sentence of a clause.
fn capitalised(clause: &str) -> String {
    let mut letters = clause.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).chain(['.']).collect())
        .unwrap_or_default()
}
