import { connect } from 'node:net';

/**
 * Calls `onClosed` when docker, which runs this command as a plugin, closes the socket that it gave: its word for Ctrl-C
 * to a plugin that its terminal does not reach. An unusable socket is none.
 */
export function watchPluginSocket(address: string, onClosed: () => void): void {
  // Docker writes the name of a socket in the abstract namespace with @ in place of the zero byte.
  const socket = connect({ path: address.replace(/^@/, '\0') });
  let connected = false;
  socket.unref();
  socket.on('connect', () => {
    connected = true;
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    if (connected) onClosed();
  });
  socket.resume();
}
