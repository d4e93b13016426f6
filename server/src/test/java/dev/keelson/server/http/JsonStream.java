package dev.keelson.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;

/** A client of one streaming call: sends its body in chunks, and takes the answer line by line. */
public final class JsonStream implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;
  private static final int SMALL_BUFFER_BYTES = 64 << 10;

  private final Socket socket;
  private final OutputStream out;
  private final InputStream in;
  private int status;
  private boolean chunked;

  /** Bytes of the chunk, or of a body of known length, that are still to come. */
  private int left;

  private boolean over;

  private JsonStream(Socket socket) throws IOException {
    this.socket = socket;
    this.out = socket.getOutputStream();
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  /** Begins a POST; each header is a whole line. */
  public static JsonStream open(int port, String path, String... headers) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(
        SMALL_BUFFER_BYTES); // so that a server soon notices who reads nothing
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    var stream = new JsonStream(socket);
    var head = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: x\r\n");
    head.append("Transfer-Encoding: chunked\r\n");
    for (var header : headers) {
      head.append(header).append("\r\n");
    }
    stream.write(head + "\r\n");
    return stream;
  }

  /** Sends a part of the body. */
  public JsonStream send(String part) throws IOException {
    write(Integer.toHexString(part.getBytes(UTF_8).length) + "\r\n" + part + "\r\n");
    return this;
  }

  /** Ends the body. */
  public JsonStream end() throws IOException {
    write("0\r\n\r\n");
    return this;
  }

  private void write(String text) throws IOException {
    out.write(text.getBytes(UTF_8));
    out.flush();
  }

  /** Waits for the answer to begin. */
  public int status() throws IOException {
    if (status == 0) {
      status = Integer.parseInt(headLine().split(" ", -1)[1]);
      for (var line = headLine(); !line.isEmpty(); line = headLine()) {
        var header = line.toLowerCase(Locale.ROOT);
        chunked |= header.equals("transfer-encoding: chunked");
        if (header.startsWith("content-length: ")) {
          left = Integer.parseInt(header.substring("content-length: ".length()));
        }
      }
    }
    return status;
  }

  /** The next line of the answer. */
  public JsonObject next() throws IOException {
    status();
    var line = new ByteArrayOutputStream();
    for (int next = read(); next != '\n'; next = read()) {
      if (next < 0) {
        if (line.size() > 0) {
          break;
        }
        throw new EOFException("the answer is over");
      }
      line.write(next);
    }
    return JsonParser.parseString(line.toString(UTF_8)).getAsJsonObject();
  }

  /** The message in the next line of the answer. */
  public JsonObject result() throws IOException {
    var line = next();
    assertThat(line.keySet()).containsExactly("result");
    return line.getAsJsonObject("result");
  }

  /** Waits for the end of the answer; false if there is more of it. */
  public boolean isOver() throws IOException {
    status();
    return read() < 0;
  }

  private int read() throws IOException {
    if (left == 0 && chunked && !over) {
      left = Integer.parseInt(headLine(), 16);
      if (left == 0) {
        headLine();
        over = true;
      }
    }
    if (left == 0) {
      return -1;
    }
    int next = in.read();
    if (next < 0) {
      throw new EOFException("cut off within the answer");
    }
    left--;
    if (left == 0 && chunked) {
      headLine();
    }
    return next;
  }

  private String headLine() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("cut off before the end of the answer");
      }
      if (next != '\r') {
        line.write(next);
      }
    }
    return line.toString(UTF_8);
  }

  /** Goes away without a word. */
  @Override
  public void close() throws IOException {
    socket.close();
  }
}
