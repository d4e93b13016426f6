package dev.keelson.chaos.simulation;

import dev.keelson.api.status.StatusCode;
import dev.keelson.server.rpc.Credentials;
import dev.keelson.server.rpc.StreamHandler;
import dev.keelson.server.rpc.StreamReceiver;
import dev.keelson.server.rpc.StreamSink;

/** A sound stream whose requests or answers are falsified on their way. */
class AlteredStream<Q, R> implements StreamSink<R>, StreamReceiver<Q> {
  final StreamSink<R> client;
  private final StreamReceiver<Q> sound;

  AlteredStream(StreamHandler<Q, R> sound, StreamSink<R> client) {
    this.client = client;
    this.sound = sound.open(this);
  }

  /** What the handler hears of. */
  Q asked(Q request) {
    return request;
  }

  /** What the client is told instead. */
  void told(R response) {
    client.send(response);
  }

  /** Asks in the client's name. */
  final void ask(Q request) {
    sound.message(request);
  }

  @Override
  public final void send(R response) {
    told(response);
  }

  @Override
  public final void message(Q request) {
    sound.message(asked(request));
  }

  @Override
  public void halfClosed() {
    sound.halfClosed();
  }

  @Override
  public void ended() {
    sound.ended();
  }

  @Override
  public void writable() {
    sound.writable();
  }

  @Override
  public boolean isWritable() {
    return client.isWritable();
  }

  @Override
  public void requestMore(int count) {
    client.requestMore(count);
  }

  @Override
  public void complete() {
    client.complete();
  }

  @Override
  public void fail(StatusCode code, String message) {
    client.fail(code, message);
  }

  @Override
  public void execute(Runnable work) {
    client.execute(work);
  }

  @Override
  public void executeAfter(long millis, Runnable work) {
    client.executeAfter(millis, work);
  }

  @Override
  public Credentials credentials() {
    return client.credentials();
  }
}
