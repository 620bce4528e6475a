site-name = Carte de fidélité
mobile = Numéro de mobile
password = Mot de passe
points =
    { $count ->
        [one] { $count } point
       *[other] { $count } points
    }
sign-in-title = Connexion
sign-in-login = Numéro de mobile ou adresse e-mail
sign-in-button = Se connecter
sign-in-no-password = Pas de mot de passe, ou mot de passe oublié ? Recevez un code par SMS.
sign-in-wrong = Le numéro, l’adresse ou le mot de passe n’est pas le bon. Vérifiez, ou recevez un code par SMS.
sign-in-wait = Trop d’essais. Réessayez dans { $minutes } { $minutes ->
        [one] minute
       *[other] minutes
    }, ou recevez un code par SMS.
sign-in-source-limit = Trop d’essais depuis votre connexion. Réessayez dans une heure.
sign-in-not-counted = Cet essai n’a pas été pris en compte. Essayez de nouveau.
sign-in-session-ended = Votre session est terminée. Connectez-vous de nouveau.
sign-in-other-merchant = Vous êtes connecté chez un autre commerçant. Chaque commerçant a ses propres comptes : connectez-vous ici.
sign-in-signed-out = Vous êtes déconnecté.
sign-out = Se déconnecter
number-title = Votre carte de fidélité
number-heading = Votre carte de fidélité chez { $merchant }
number-lead = Donnez votre numéro de mobile. Vous recevez un code par SMS, et votre carte est prête en une minute.
number-use = Ce numéro identifie votre compte chez { $merchant }. Il ne sert à la publicité que si vous l’acceptez.
number-button = Recevoir le code
number-sign-in = J’ai déjà un mot de passe : me connecter
number-unreadable = Ce numéro n’est pas lisible. Écrivez-le comme 06 12 34 56 78.
number-not-mobile = Ce numéro n’est pas celui d’un mobile. Donnez un numéro en 06 ou 07.
number-not-french = Les codes sont envoyés aux mobiles français seulement. Demandez votre carte en caisse.
number-mobile-limit = Ce numéro a reçu trois codes en une heure. Attendez une heure, ou demandez votre carte en caisse.
number-source-limit = Trop de codes ont été demandés depuis votre connexion. Attendez une heure, ou demandez votre carte en caisse.
number-day-limit = Aucun code ne peut plus être envoyé aujourd’hui. Demandez votre carte en caisse.
number-no-sender = Ce commerçant n’envoie pas encore de SMS. Demandez votre carte en caisse.
code-title = Le code reçu par SMS
code-lead = Nous avons envoyé un code au numéro qui finit par { $ending }. Il est valable dix minutes.
code-field = Code à six chiffres
code-button = Continuer
code-again = Je n’ai rien reçu : changer de numéro ou recevoir un autre code
code-unreadable = Le code a six chiffres. Recopiez celui du SMS.
code-wrong = Ce code n’est pas le bon. { $left ->
        [one] Il vous reste un essai.
       *[other] Il vous reste { $left } essais.
    }
code-ended = Ce code n’est plus valable. Demandez-en un autre.
details-title = Vos coordonnées
details-lead-new = Encore une étape, et votre carte est prête.
details-lead-known = Vous avez déjà une carte chez { $merchant }. Vérifiez vos coordonnées et choisissez un mot de passe.
details-errors = Corrigez les champs signalés ci-dessous.
details-first-name = Prénom
details-last-name = Nom
details-birth-date = Date de naissance (facultatif)
details-email = Adresse e-mail (facultatif)
details-consents = Offres de { $merchant } (facultatif)
details-consent-sms = J’accepte de recevoir par SMS les offres de { $merchant }.
details-consent-email = J’accepte de recevoir par e-mail les offres de { $merchant }.
details-password = Choisissez un mot de passe
details-old-enough = J’ai 15 ans ou plus.
details-button = Ouvrir ma carte
details-name-empty = Remplissez ce champ.
details-text-too-long = Ce texte est trop long. Raccourcissez-le.
details-name-characters = Ce texte contient des caractères qui ne s’affichent pas. Écrivez-le de nouveau.
details-birth-date-unreadable = Cette date n’existe pas, ou est dans le futur.
details-under-15 = Avant 15 ans, venez en magasin avec un parent : il donne son accord en caisse.
details-email-unreadable = Cette adresse n’est pas complète. Écrivez-la comme nom@exemple.fr.
details-email-for-consent = Donnez une adresse pour recevoir les offres par e-mail, ou décochez la case.
details-old-enough-missing = Cochez cette case si vous avez 15 ans ou plus. Sinon, venez en magasin avec un parent.
details-data-title = Vos données
details-data-controller = { $merchant } est responsable de ces données, que vous donnez vous-même ou que la caisse a notées. ZS SERVICES les traite pour son compte, en France.
details-data-purposes = Elles servent à tenir votre compte et vos points, et, si vous l’acceptez, à vous envoyer des offres.
details-data-retention = Elles sont effacées { $years } ans après votre dernier passage ou votre dernière connexion.
details-data-rights = Vous pouvez les consulter, les corriger, les faire effacer, retirer un accord ou vous opposer à tout moment : dans votre compte, ou chez { $merchant } en magasin. Vous pouvez aussi saisir la CNIL.
password-rule = 8 caractères au moins, avec trois sortes parmi minuscules, majuscules, chiffres et signes ; ou une phrase de 14 caractères.
password-too-short = Ce mot de passe est trop court : 8 caractères au moins.
password-too-long = Ce mot de passe est trop long : 128 caractères au plus.
password-too-simple = Ce mot de passe est trop simple : mêlez minuscules, majuscules, chiffres ou signes, ou choisissez une phrase.
password-common = Ce mot de passe est l’un des premiers que l’on essaie. Choisissez-en un autre.
new-password-title = Votre mot de passe
new-password-lead = Choisissez un nouveau mot de passe. Vos autres sessions seront fermées.
new-password-dormant = Ce compte n’a pas servi depuis longtemps. Pour vérifier que c’est le vôtre, donnez la date de naissance ou le numéro de carte du compte. Sinon, demandez de l’aide en caisse.
new-password-button = Enregistrer et me connecter
proof-birth-date = Date de naissance
proof-card = Numéro de carte
proof-wrong = Ce n’est pas ce que nous connaissons du compte. Vérifiez, ou demandez de l’aide en caisse.
proof-wait = Trop d’essais. Attendez quelques minutes, ou demandez de l’aide en caisse.
card-title = Votre carte
card-greeting = Bonjour { $name }
card-level = Niveau : { $level }
card-pending =
    { $count ->
        [one] { $count } point en attente
       *[other] { $count } points en attente
    }
card-pending-euros = { $amount } en attente
card-expiring =
    { $count ->
        [one] { $count } point à utiliser jusqu’au { $day }
       *[other] { $count } points à utiliser jusqu’au { $day }
    }
card-expiring-euros = { $amount } à utiliser jusqu’au { $day }
card-show = À montrer en caisse
card-qr = QR code de votre carte
card-barcode = Code-barres de votre carte
card-none = Donnez votre numéro de mobile en caisse : il remplace la carte.
card-blocked = Votre carte est bloquée. Demandez-en une autre en caisse.
offline-lead = Cette page n’a pas pu être chargée. Vérifiez votre connexion.
offline-points = Vos points s’afficheront au retour de la connexion.
offline-none = Aucune carte de ce commerçant n’est enregistrée sur cet appareil. En caisse, donnez votre numéro de mobile : il remplace la carte.
offline-again = Réessayer
member-navigation = Votre compte
preferences-title = Vos préférences
preferences-lead = Vous pouvez changer d’avis à tout moment. Vos points ne changent pas.
preferences-channels = Offres de { $merchant }
preferences-postal = { $merchant } peut m’envoyer ses offres par courrier.
preferences-saved = Vos préférences sont enregistrées.
preferences-no-email = Votre compte n’a pas d’adresse e-mail. Donnez-la dans « Votre compte », puis cochez la case.
preferences-button = Enregistrer
history-title = Vos achats
history-empty = Vos achats et vos points s’afficheront ici.
history-sale = Achat
history-return = Retour
history-welcome = Bienvenue
history-activation = Carte activée
history-birthday = Anniversaire
history-visit = Visite
history-expiry = Points expirés
history-adjustment = Correction
history-redemption = Récompense
history-coupon = Bon d’achat reçu
history-cancelled = annulé
history-codes = Codes :
history-lines = Détail de l’achat
history-older = Achats plus anciens
own-details-title = Votre compte
own-details-saved = Vos coordonnées sont enregistrées.
own-details-address = Adresse postale (facultatif)
own-details-street = Numéro et rue
own-details-complement = Bâtiment, étage, porte
own-details-postcode = Code postal
own-details-city = Ville
own-details-button = Enregistrer
own-details-mobile = Votre numéro de mobile est le { $mobile }. Pour en changer, demandez en caisse.
own-details-more = Vos autres réglages
deletion-title = Supprimer votre compte
deletion-lead = { $merchant } efface votre compte, vos coordonnées, vos achats et vos points.
deletion-lost = Les points, les récompenses et les bons que vous n’avez pas utilisés sont perdus. Personne ne pourra les rendre.
deletion-delay = Vous avez 72 heures pour changer d’avis. Le compte est effacé la nuit suivante.
deletion-button = Supprimer mon compte
deletion-asked = Vous avez demandé la suppression de votre compte. Il est effacé le { $day }, tôt le matin.
deletion-until = Vous pouvez annuler jusqu’au { $until }.
deletion-cancel = Garder mon compte
card-deletion = Vous avez demandé la suppression de ce compte. Annuler, ou voir quand il est effacé
rewards-title = Vos récompenses
rewards-off-bill = En caisse, vos points peuvent aussi réduire un achat de { $amount } au plus, si le magasin le propose.
rewards-off-bill-euros = En caisse, cette somme peut être déduite d’un achat.
rewards-list = À demander en caisse
rewards-empty = Aucune récompense n’est proposée en ce moment.
rewards-from-level = à partir du niveau { $level }
rewards-until = jusqu’au { $day }
rewards-available = Vous pouvez l’avoir.
rewards-missing =
    { $count ->
        [one] Il vous manque { $count } point.
       *[other] Il vous manque { $count } points.
    }
rewards-missing-euros = Il vous manque { $amount }.
rewards-level = Elle est réservée à un niveau supérieur au vôtre.
rewards-out-of-stock = Elle est épuisée.
rewards-member-limit = Vous l’avez déjà eue autant de fois que possible.
rewards-not-given = Elle n’est pas proposée en ce moment.
rewards-more = Autres récompenses
coupons-title = Vos bons d’achat
coupons-lead = Montrez le code en caisse, avec votre carte.
coupons-empty = Vous n’avez pas de bon d’achat à utiliser.
coupons-more = Autres bons d’achat
coupon-value = { $amount } de réduction
coupon-share = { $share } de réduction
coupon-article = un article offert (référence { $article })
coupon-most = { $amount } au plus
coupon-minimum = dès { $amount } d’achat
coupon-places = dans ces magasins : { $places }
coupon-from = à partir du { $day }
coupon-barcode = Code-barres du bon « { $name } »
messages-title = Vos messages
messages-lead = Les offres que { $merchant } vous a envoyées, sans leur texte.
messages-empty = Les messages que vous recevrez s’afficheront ici.
messages-offer = Offre
messages-sms = SMS
messages-email = E-mail
messages-postal = Courrier
messages-sent = envoyé
messages-delivered = remis
messages-refused = non envoyé
messages-bounced = non remis : adresse ou numéro en erreur
messages-failed = non remis
messages-older = Messages plus anciens
sessions-title = Vos sessions
sessions-lead = Une session se ferme après une demi-heure sans visite, et au plus tard après huit heures.
sessions-session = Ouverte le { $begun }, utilisée le { $used }
sessions-this = (celle-ci)
sessions-button = Fermer toutes les autres
