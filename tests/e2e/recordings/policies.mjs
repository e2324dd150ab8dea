// The policies that the canaries are filtered under, and which kinds of secrets none of
// them may let through.

const censor = [
  {id: 'salary'}, {class: 'private'}, {selector: 'ul.ranks > li'},
  {selector: '[data-private=yes]'}, {selector: '.vault section p'}
];

const everything = {
  version: 1,
  allow_values: [{all: true}],
  allow_keystrokes: [{all: true}],
  text: 'allow',
  attributes: {
    allow: [
      'value',
      'name',
      'title',
      'alt',
      'placeholder',
      'pattern',
      'label',
      'summary',
      'content',
      'aria-label',
      'action',
      'autocomplete',
      'data-replicated-value',
      'data-value',
      'data-owner',
      'data-late',
      'data-x',
      'data-word',
      'data-private',
      'ng-reflect-model',
      'owner'
    ]
  },
  url: {keep_query: ['tab', 'who', 'owner', 'page', 'w', 'v', 'draft', 'from', 'p']},
  custom: {
    allow: [
      {tag: 'login', keys: ['password', 'user', 'note']}, {tag: 'order', keys: ['note']}
    ]
  },
  assets: {allow_origins: ['https://cdn.example', 'http://127.0.0.1']},
};

const ALWAYS = ['password', 'card', 'marked', 'script'];
const DEFAULT =
    [...ALWAYS, 'typed', 'displayed', 'hidden', 'url', 'style', 'media', 'custom'];

export const policies = [
  {name: 'default', policy: {}, removes: DEFAULT},
  {name: 'censor', policy: {version: 1, censor}, removes: [...DEFAULT, 'censored']},
  {name: 'all allowed', policy: everything, removes: ALWAYS},
  {
    name: 'all allowed but what is censored',
    policy: {...everything, censor},
    removes: [...ALWAYS, 'censored'],
  },
  {
    name: 'values allowed, texts masked',
    policy: {version: 1, allow_values: [{all: true}], text: 'mask'},
    removes: [...ALWAYS, 'displayed', 'url', 'style', 'media', 'custom'],
  },
];
