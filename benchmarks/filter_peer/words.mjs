// The words by which fields and properties give away that they hold a secret, in English,
// French, German, Spanish, Italian and Portuguese.
import { memoize } from './chars.mjs';

// A phrase stands here without its gaps.
const SECRET_WORDS = new Set(
  (
    'accesskey accesstoken accountnumber apikey apitoken ausweisnummer authcode ' +
    'authcookie authorization authtoken backupcode bankaccount bankpin bankverbindung ' +
    'bban bearer bic cardcode cardno cardnum cardnumber cardsecuritycode ' +
    'cardverification cartacredito cartadicredito cartaocredito cartaodecredito ' +
    'cartebancaire cartebleue cav ccn ccno ccnum ccnumber chavesecreta chiavesegreta ' +
    'clave claves clesecrete clientsecret codeconfidentiel codepin codesecret ' +
    'codesecurite codevalidation codice codicedisicurezza codicefiscale codicesegreto ' +
    'codicesicurezza codigodeseguranca codigodeseguridad codigosecreto codigoseguranca ' +
    'codigoseguridad contrasena contrasenas contrasenia contrasenya contrassenha cpf ' +
    'credential credentials creditcard creditcardnumber cryptogramme ' +
    'cryptogrammevisuel csc csrf csrftoken cvc cvn cvv cvvc debitcard debitcardnumber ' +
    'dni encryptionkey geheimnis geheimzahl hotp iban idtoken itin jeton jwt ' +
    'kartennummer kennwoerter kennwort kontonummer kreditkarte kreditkartennummer ' +
    'losungswort masterkey mdp mfa mnemonic motdepass motdepasse motpasse nationalid ' +
    'nationalinsurance nie nif nin nino nip nir niss numerocarta numerocartao ' +
    'numerocarte numeroconto numerocuenta numerodecarte numerodecuenta numerodetarjeta ' +
    'numerodicarta numerodocartao numerosecu numerosecuritesociale ' +
    'numeroseguridadsocial numerotarjeta onetimecode onetimepassword otp palabraclave ' +
    'palavrachave palavrapasse palavrasecreta pan parola parolachiave paroladordine ' +
    'parolasegreta pass passcode passe passes passkey passphrase passport ' +
    'passportnumber passw passwd passwoerter password passwords passwort passwrd pin ' +
    'pincode pinnumber pinnummer pinpad pins privatekey pruefnummer pruefziffer psw ' +
    'pswd puk pw pwd recoverycode refreshtoken routingnumber secret secreta ' +
    'secretanswer secretkey secreto secretquestion secrets securitesociale ' +
    'securityanswer securitycode securityquestion seedphrase segredo segreta segreto ' +
    'senha senhas sessioncookie sessionkey sessiontoken sicherheitscode ' +
    'sicherheitsfrage signingkey smscode socialsecurity socialsecuritynumber sortcode ' +
    'sozialversicherungsnummer ssn steuerid steuernummer svnr swiftcode tan tarjeta ' +
    'tarjetacredito tarjetadecredito taxid tfa token tokens totp twofactor txtpwd ' +
    'verificationcode xsrf zugangscode zugangsdaten'
  ).split(' '),
);
// These never stand inside an innocent word, so they count anywhere.
const SECRET_STEMS = /passw|motdepasse|kennwort|geheimzahl|contrasen/;
const KEYPAD_WORDS = new Set(['keypad', 'numpad', 'passcode', 'pin', 'pinpad']);
const PHRASE_WORDS = 4;
const MARKS = /[\u0300-\u036f]/g;

// Letters of Latin-1 without their accents.
function plainLetters(name) {
  return name.replace(MARKS, '').replace(/[\u00c0-\u00ff]/g, (c) => {
    if (c === '\u00df') return 'ss';
    const plain = c.normalize('NFD')[0];
    if (plain !== c) return plain;
    const spelled = 'AaDdOoTt'[
      '\u00c6\u00e6\u00d0\u00f0\u00d8\u00f8\u00de\u00fe'.indexOf(c)
    ];
    return spelled ?? ' ';
  });
}

// Lower-case words: they end at a change from lower to upper case and at every character
// that is no letter. The last capital of a row begins the next word: PINCode is pin,
// code.
function splitWords(name) {
  const plain = /[^\x00-\x7f]/.test(name) ? plainLetters(name) : name;
  return (plain.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]+/g) ?? []).map((word) =>
    word.toLowerCase(),
  );
}

// True when up to `most` of the words, one behind the other, are a phrase of the set.
function holdsPhrase(words, phrases, most) {
  for (let i = 0; i < words.length; i++) {
    let phrase = '';
    for (let k = i; k < words.length && k < i + most; k++) {
      phrase += words[k];
      if (phrases.has(phrase)) return true;
    }
  }
  return false;
}

function namesSecret(name) {
  const words = splitWords(name);
  return (
    holdsPhrase(words, SECRET_WORDS, PHRASE_WORDS) || SECRET_STEMS.test(words.join(''))
  );
}

const namesSecretLetters = memoize(namesSecret);

// The words do not depend on digits, so names that differ in nothing else share a
// verdict.
const isSecretWithDigits = memoize((name) =>
  namesSecretLetters(name.replace(/\d+/g, '0')),
);

// True when the name holds a word of the vocabulary.
export function isSecretName(name) {
  return name !== undefined && name !== '' && isSecretWithDigits(name);
}

// True for words that name the keys of an on-screen keypad.
export const isKeypadName = memoize(
  (name) => /p[ai]/i.test(name) && holdsPhrase(splitWords(name), KEYPAD_WORDS, 2),
);

// True when a token of the attribute `autocomplete` stands for a secret.
export const isSecretAutocomplete = memoize((tokens) =>
  tokens
    .split(/[ \t\r\n\f]+/)
    .some((token) => /^(?:(?:current|new)-password$|one-time-code$|cc-)/i.test(token)),
);
