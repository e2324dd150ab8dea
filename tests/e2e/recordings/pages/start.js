// Starts the recorder with everything on and nothing masked or blocked: whatever is
// missing in the filtered recording was removed by the filter.
(() => {
  const kept = [];
  window.recorded = kept;
  const framed = window !== window.top;
  const plugin = (window.rrwebPluginConsoleRecord || window.rrwebConsoleRecord ||
                  {}).getRecordConsolePlugin;
  window.rrweb.record({
    emit: (event) => kept.push(JSON.stringify(event)),
    maskAllInputs: false,
    maskInputOptions: {
      color: false,
      date: false,
      'datetime-local': false,
      email: false,
      month: false,
      number: false,
      range: false,
      search: false,
      tel: false,
      text: false,
      time: false,
      url: false,
      week: false,
      textarea: false,
      select: false,
      password: false,
    },
    maskTextClass: 'recorder-masks-nothing',
    blockClass: 'recorder-blocks-nothing',
    ignoreClass: 'recorder-ignores-nothing',
    recordCanvas: true,
    recordCrossOriginIframes: true,
    inlineStylesheet: true,
    inlineImages: true,
    collectFonts: true,
    slimDOMOptions: false,
    userTriggeredOnInput: true,
    checkoutEveryNth: framed ? undefined : window.checkoutEvery,
    plugins: plugin && !framed ? [plugin()] : [],
  });
})();
