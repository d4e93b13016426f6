package dev.keelson.server;

import static java.util.Objects.requireNonNull;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A WebSocket as a page has one: messages of text out, messages of text in. */
final class WebSocketClient implements AutoCloseable {
  private final LinkedBlockingQueue<String> messages = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final WebSocket socket;

  WebSocketClient(HttpClient http, URI uri, String... protocols) {
    var builder = http.newWebSocketBuilder();
    if (protocols.length > 0) {
      var others = new String[protocols.length - 1];
      System.arraycopy(protocols, 1, others, 0, others.length);
      builder.subprotocols(protocols[0], others);
    }
    socket = builder.buildAsync(uri, new Ear()).join();
  }

  void send(String message) {
    socket.sendText(message, true).join();
  }

  /** In two frames. */
  void sendInParts(String first, String second) {
    socket.sendText(first, false).join();
    socket.sendText(second, true).join();
  }

  JsonObject next() throws InterruptedException {
    var message = messages.poll(60, TimeUnit.SECONDS);
    return JsonParser.parseString(requireNonNull(message, "no message in a minute"))
        .getAsJsonObject();
  }

  String protocol() {
    return socket.getSubprotocol();
  }

  /** Waits until the server has closed it; negative if it did so without a word. */
  int closeCode() {
    return closed.orTimeout(60, TimeUnit.SECONDS).join();
  }

  /** Goes in good order. */
  void leave() {
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
  }

  @Override
  public void close() {
    socket.abort();
  }

  private final class Ear implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        messages.add(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      closed.complete(code);
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      closed.complete(-1);
    }
  }
}
