site-name = Loyalty card
mobile = Mobile number
password = Password
points =
    { $count ->
        [one] { $count } point
       *[other] { $count } points
    }
sign-in-title = Sign in
sign-in-login = Mobile number or e-mail address
sign-in-button = Sign in
sign-in-no-password = No password, or a forgotten one? Get a code by SMS.
sign-in-wrong = The number, the address or the password is wrong. Check them, or get a code by SMS.
sign-in-wait = Too many attempts. Try again in { $minutes } { $minutes ->
        [one] minute
       *[other] minutes
    }, or get a code by SMS.
sign-in-source-limit = Too many attempts from your connection. Try again in an hour.
sign-in-not-counted = This attempt was not counted. Try again.
sign-in-session-ended = Your session has ended. Sign in again.
sign-in-other-merchant = You are signed in at another shop. Every shop has its own accounts: sign in here.
sign-in-signed-out = You are signed out.
sign-out = Sign out
number-title = Your loyalty card
number-heading = Your loyalty card at { $merchant }
number-lead = Enter your mobile number. You get a code by SMS, and your card is ready within a minute.
number-use = This number identifies your account at { $merchant }. It is used for advertising only if you agree.
number-button = Get the code
number-sign-in = I have a password: sign in
number-unreadable = This number cannot be read. Write it as 06 12 34 56 78.
number-not-mobile = This is not a mobile number. Enter a number that begins with 06 or 07.
number-not-french = Codes are sent to French mobiles only. Ask for your card at the till.
number-mobile-limit = This number got three codes within an hour. Wait an hour, or ask for your card at the till.
number-source-limit = Too many codes were requested from your connection. Wait an hour, or ask for your card at the till.
number-day-limit = No more codes can be sent today. Ask for your card at the till.
number-no-sender = This shop does not send SMS yet. Ask for your card at the till.
code-title = The code from the SMS
code-lead = We sent a code to the number that ends with { $ending }. It is valid for ten minutes.
code-field = Code of six digits
code-button = Continue
code-again = I received nothing: change the number or get another code
code-unreadable = The code has six digits. Copy the one from the SMS.
code-wrong = This code is wrong. { $left ->
        [one] You have one attempt left.
       *[other] You have { $left } attempts left.
    }
code-ended = This code is no longer valid. Ask for another one.
details-title = Your details
details-lead-new = One more step, and your card is ready.
details-lead-known = You already have a card at { $merchant }. Check your details and choose a password.
details-errors = Correct the fields marked below.
details-first-name = First name
details-last-name = Last name
details-birth-date = Birth date (optional)
details-email = E-mail address (optional)
details-consents = Offers of { $merchant } (optional)
details-consent-sms = I agree to receive the offers of { $merchant } by SMS.
details-consent-email = I agree to receive the offers of { $merchant } by e-mail.
details-password = Choose a password
details-old-enough = I am 15 or older.
details-button = Open my card
details-name-empty = Fill in this field.
details-text-too-long = This text is too long. Shorten it.
details-name-characters = This text has characters that cannot be shown. Write it again.
details-birth-date-unreadable = This date does not exist, or is in the future.
details-under-15 = Before the age of 15, come to the shop with a parent, who agrees at the till.
details-email-unreadable = This address is not complete. Write it as name@example.com.
details-email-for-consent = Enter an address to receive offers by e-mail, or clear the box.
details-old-enough-missing = Tick this box if you are 15 or older. Otherwise come to the shop with a parent.
details-data-title = Your data
details-data-controller = { $merchant } is the controller of these data, which you give yourself or which the till has recorded. ZS SERVICES processes them on its behalf, in France.
details-data-purposes = They are used to keep your account and your points and, if you agree, to send you offers.
details-data-retention = They are erased { $years } years after your last visit or your last sign-in.
details-data-rights = You may see them, correct them, have them erased, withdraw a consent or object at any time: in your account, or at { $merchant } in the shop. You may also complain to the CNIL.
password-rule = At least 8 characters, with three of lower case, upper case, digits and signs; or a sentence of 14 characters.
password-too-short = This password is too short: at least 8 characters.
password-too-long = This password is too long: at most 128 characters.
password-too-simple = This password is too simple: mix lower case, upper case, digits or signs, or choose a sentence.
password-common = This password is one of the first that are tried. Choose another one.
new-password-title = Your password
new-password-lead = Choose a new password. Your other sessions will be closed.
new-password-dormant = This account was not used for a long time. To check that it is yours, enter the birth date or the card number of the account. Otherwise ask for help at the till.
new-password-button = Save and sign in
proof-birth-date = Birth date
proof-card = Card number
proof-wrong = This is not what we know of the account. Check it, or ask for help at the till.
proof-wait = Too many attempts. Wait a few minutes, or ask for help at the till.
card-title = Your card
card-greeting = Hello { $name }
card-level = Level: { $level }
card-pending =
    { $count ->
        [one] { $count } pending point
       *[other] { $count } pending points
    }
card-pending-euros = { $amount } pending
card-expiring =
    { $count ->
        [one] { $count } point to use until { $day }
       *[other] { $count } points to use until { $day }
    }
card-expiring-euros = { $amount } to use until { $day }
card-show = Show it at the till
card-qr = QR code of your card
card-barcode = Barcode of your card
card-none = Give your mobile number at the till: it takes the place of the card.
card-blocked = Your card is blocked. Ask for another one at the till.
offline-lead = This page could not be loaded. Check your connection.
offline-points = Your points are shown again once you are online.
offline-none = No card of this shop is stored on this device. At the till, give your mobile number: it replaces the card.
offline-again = Try again
member-navigation = Your account
preferences-title = Your preferences
preferences-lead = You may change your mind at any time. Your points stay the same.
preferences-channels = Offers of { $merchant }
preferences-postal = { $merchant } may send me offers by letter.
preferences-saved = Your preferences are saved.
preferences-no-email = Your account has no e-mail address. Enter it under “Your account”, then tick the box.
preferences-button = Save
history-title = Your purchases
history-empty = Your purchases and points will be shown here.
history-sale = Purchase
history-return = Return
history-welcome = Welcome
history-activation = Card activated
history-birthday = Birthday
history-visit = Visit
history-expiry = Points expired
history-adjustment = Correction
history-redemption = Reward
history-coupon = Coupon received
history-cancelled = cancelled
history-codes = Codes:
history-lines = Details of the purchase
history-older = Older purchases
own-details-title = Your account
own-details-saved = Your details are saved.
own-details-address = Postal address (optional)
own-details-street = Number and street
own-details-complement = Building, floor, door
own-details-postcode = Postal code
own-details-city = City
own-details-button = Save
own-details-mobile = Your mobile number is { $mobile }. To change it, ask at the till.
own-details-more = Your other settings
deletion-title = Delete your account
deletion-lead = { $merchant } erases your account, your details, your purchases and your points.
deletion-lost = Points, rewards and coupons that you have not used are lost. Nobody can bring them back.
deletion-delay = You have 72 hours to change your mind. The account is erased in the night after.
deletion-button = Delete my account
deletion-asked = You have asked to delete your account. It is erased on { $day }, early in the morning.
deletion-until = You may cancel until { $until }.
deletion-cancel = Keep my account
card-deletion = You have asked to delete this account. Cancel, or read when it is erased
rewards-title = Your rewards
rewards-off-bill = At the till, your points may also take up to { $amount } off a purchase, if the shop offers it.
rewards-off-bill-euros = At the till, this amount can be taken off a purchase.
rewards-list = Ask for them at the till
rewards-empty = No reward is offered at the moment.
rewards-from-level = from the level { $level }
rewards-until = until { $day }
rewards-available = You can have it.
rewards-missing =
    { $count ->
        [one] { $count } point is missing.
       *[other] { $count } points are missing.
    }
rewards-missing-euros = { $amount } is missing.
rewards-level = It is for members of a higher level than yours.
rewards-out-of-stock = It is out of stock.
rewards-member-limit = You have had it as often as possible.
rewards-not-given = It is not offered at the moment.
rewards-more = Other rewards
coupons-title = Your coupons
coupons-lead = Show the code at the till, with your card.
coupons-empty = You have no coupon to use.
coupons-more = Other coupons
coupon-value = { $amount } off
coupon-share = { $share } off
coupon-article = one free article (reference { $article })
coupon-most = { $amount } at most
coupon-minimum = from a purchase of { $amount }
coupon-places = in these shops: { $places }
coupon-from = from { $day }
coupon-barcode = Barcode of the coupon “{ $name }”
messages-title = Your messages
messages-lead = The offers that { $merchant } has sent you, without their texts.
messages-empty = The messages that you receive will be shown here.
messages-offer = Offer
messages-sms = SMS
messages-email = E-mail
messages-postal = Letter
messages-sent = sent
messages-delivered = delivered
messages-refused = not sent
messages-bounced = not delivered: wrong address or number
messages-failed = not delivered
messages-older = Older messages
sessions-title = Your sessions
sessions-lead = A session ends after half an hour without a visit, and after eight hours at the latest.
sessions-session = Opened on { $begun }, used on { $used }
sessions-this = (this one)
sessions-button = End all the others
