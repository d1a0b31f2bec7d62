// Faults that are planted into the page before it loads.

/** The worker keeps no second copy, as in a browser without OPFS. */
export const NO_COPY = `
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message, ...rest) {
    return post.call(this, String(message.do).startsWith('copy-') ? { id: message.id, do: 'none' } : message, ...rest);
  };
`;
