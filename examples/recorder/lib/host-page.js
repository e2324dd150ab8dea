// What a host adds to its pages beside the snippet. The settings come from the recording
// script before any script of the page runs.
(() => {
  'use strict';
  const settings = window.sampleSettings;
  if (!settings || location.protocol === 'about:') return;

  // A clock of its own gives the sample dates of the past. It moves a little with every
  // event and by whole seconds when the script lets the person think; page loads do not
  // reset it.
  function advance(ms) {
    const time = Number(sessionStorage.getItem('sample.clock') || settings.start) + ms;
    sessionStorage.setItem('sample.clock', String(time));
    return time;
  }

  const person = sessionStorage.getItem('sample.person') || settings.person;
  const toRecordingTime = advance(0) - Date.now();

  footfallRecorder.start({
    app: settings.app,
    environment: settings.environment,
    person: person,
    anonymous: settings.anonymous,
    session: settings.session,
    context: settings.context,
    batchSize: 5,
    flushAfter: 300,
    now: () => advance(60 + (Number(sessionStorage.getItem('footfall.seq')) * 37) % 90),
    // A beacon outlives the page, but the browser refuses more than 64 KiB of them at a
    // time.
    send: (events) => {
      const body = JSON.stringify(events);
      if (!navigator.sendBeacon('/collect', body))
        fetch('/collect', {method: 'POST', body: body});
    },
    // rrweb leaves passwords out by itself; the sample wants them in, for the filter to
    // remove.
    record: settings.record && {maskInputOptions: {password: false}},
    sendRecording: (frames) => {
      for (const frame of frames) frame.timestamp += toRecordingTime;
      const body = JSON.stringify(frames);
      fetch(
          '/collect-frames?session=' + settings.session,
          {method: 'POST', body: body, keepalive: body.length < 60000});
    },
  });

  window.sample = {
    think: advance,
    signIn: (id, properties) => {
      sessionStorage.setItem('sample.person', id);
      footfallRecorder.identify(id, properties);
    },
    link: (id) => {
      sessionStorage.setItem('sample.person', id);
      footfallRecorder.alias(id);
    },
  };

  // A "show password" button beside each password field turns it into a text field and
  // back.
  document.addEventListener('DOMContentLoaded', () => {
    for (const field of document.querySelectorAll('input[type=password]')) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'show-password';
      button.textContent = 'Show';
      button.addEventListener('click', () => {
        field.type = field.type === 'password' ? 'text' : 'password';
        button.textContent = field.type === 'password' ? 'Show' : 'Hide';
      });
      (field.closest('.form-group,.input-group') || field.parentNode).after(button);
    }
  });
})();
