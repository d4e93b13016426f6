package dev.keelson.client;

import dev.keelson.api.etcdserverpb.AuthenticateRequest;
import dev.keelson.api.etcdserverpb.AuthenticateResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Makes calls: which member, with what token, how long, how often. Thread-safe. */
final class Calls implements AutoCloseable {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);
  private static final Duration CLOSES_WITHIN = Duration.ofSeconds(5);

  private final ClientConfig config;
  private final IoLoop loop;
  private final EndpointPool pool;
  private final TokenSource tokens;
  private volatile boolean closed;

  Calls(ClientConfig config) {
    this.config = config;
    this.loop = new IoLoop();
    try {
      this.pool = new EndpointPool(config, loop);
    } catch (RuntimeException e) {
      loop.close();
      throw e;
    }
    this.tokens = new TokenSource(config.credentials(), this);
    pool.refreshRegularly();
  }

  ClientConfig config() {
    return config;
  }

  IoLoop loop() {
    return loop;
  }

  EndpointPool pool() {
    return pool;
  }

  TokenSource tokens() {
    return tokens;
  }

  boolean isClosed() {
    return closed;
  }

  /** Makes the call; the future completes on the client's loop or the caller's thread. */
  <Q, R, T> CallFuture<T> start(Call<Q, R, T> call) {
    var running = new UnaryCall<>(this, call, true);
    running.start();
    return running.future();
  }

  /** Makes the call; the future completes where users' code may run. */
  <Q, R, T> CompletableFuture<T> startAsync(Call<Q, R, T> call) {
    return handedOver(start(call), config.executor());
  }

  /** Makes the call and waits; a failure bears the waiting thread's stack trace. */
  <Q, R, T> T await(Call<Q, R, T> call) {
    return await(start(call));
  }

  <T> T await(CallFuture<T> future) {
    if (loop.isCurrent()) {
      throw new IllegalStateException("the client's own thread would wait for itself");
    }
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          interrupted = true;
          future.abort(); // completes at once, by what is known of the outcome
        } catch (ExecutionException e) {
          throw here(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  CompletableFuture<AuthenticateResponse> authenticate(AuthenticateRequest request) {
    var running = new UnaryCall<>(this, TokenSource.call(request, config.timing().call()), false);
    running.start();
    return running.future();
  }

  /** A stream to a member, not started. */
  <Q, R> ClientCall<Q, R> stream(Endpoint endpoint, MethodDescriptor<Q, R> method) {
    return endpoint.channel().newCall(method, CallOptions.DEFAULT);
  }

  /** The token for a stream, empty for none. */
  String awaitToken() {
    var wanted = new CallFuture<String>();
    var unused =
        tokens
            .current()
            .whenComplete(
                (token, failure) -> {
                  if (failure == null) {
                    wanted.complete(token);
                  } else {
                    wanted.completeExceptionally(failure);
                  }
                });
    return await(wanted);
  }

  static Metadata headers(String token, boolean hasLeader) {
    var headers = new Metadata();
    if (!token.isEmpty()) {
      headers.put(TOKEN, token);
    }
    if (hasLeader) {
      headers.put(HAS_LEADER, "true");
    }
    return headers;
  }

  private static <T> CompletableFuture<T> handedOver(CallFuture<T> inner, Executor executor) {
    var outer = new CallFuture<T>();
    outer.onAbort(inner::abort);
    var unused =
        inner.whenComplete(
            (value, failure) -> {
              Runnable settle =
                  () -> {
                    if (failure == null) {
                      outer.complete(value);
                    } else {
                      outer.completeExceptionally(failure);
                    }
                  };
              try {
                executor.execute(settle);
              } catch (RejectedExecutionException e) {
                settle.run(); // nobody else is left to do it
              }
            });
    return outer;
  }

  private static RuntimeException here(ExecutionException failed) {
    Throwable cause = failed.getCause();
    if (cause instanceof KeelsonException failure) {
      // Thrown to one waiting caller only: where it was made says nothing, where it is met does.
      Throwable unused = failure.fillInStackTrace();
      return failure;
    }
    return cause instanceof RuntimeException failure ? failure : new IllegalStateException(failed);
  }

  @Override
  public void close() {
    closed = true;
    pool.close();
    if (!loop.isCurrent()) {
      pool.awaitClosed(CLOSES_WITHIN);
    }
    loop.close();
  }
}
