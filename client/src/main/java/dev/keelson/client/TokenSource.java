package dev.keelson.client;

import dev.keelson.api.etcdserverpb.AuthGrpc;
import dev.keelson.api.etcdserverpb.AuthenticateRequest;
import dev.keelson.api.etcdserverpb.AuthenticateResponse;
import dev.keelson.api.status.EtcdError;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The token that goes with every call, fetched when the first needs it and again when it is
 * refused, once for all who wait. Thread-safe.
 */
final class TokenSource {
  /** The token of a cluster that does not ask for one. */
  private static final String NOT_NEEDED = "";

  private final @Nullable Credentials credentials;
  private final Calls calls;
  private final AtomicReference<@Nullable CompletableFuture<String>> token =
      new AtomicReference<>();

  TokenSource(@Nullable Credentials credentials, Calls calls) {
    this.credentials = credentials;
    this.calls = calls;
  }

  boolean isConfigured() {
    return credentials != null;
  }

  /** Completes with the token, empty when there is none to send; shared by all callers. */
  CompletableFuture<String> current() {
    Credentials who = credentials;
    if (who == null) {
      return CompletableFuture.completedFuture(NOT_NEEDED);
    }
    var known = token.get();
    if (known != null && !known.isCompletedExceptionally()) {
      return known;
    }
    var fetched = new CompletableFuture<String>();
    if (!token.compareAndSet(known, fetched)) {
      return current();
    }
    var unused =
        calls
            .authenticate(request(who))
            .whenComplete((answer, failure) -> settle(fetched, answer, failure));
    return fetched;
  }

  /** It was refused; the next caller fetches another. */
  void refused(String refused) {
    var known = token.get();
    if (known != null && known.isDone() && refused.equals(known.getNow(NOT_NEEDED))) {
      token.compareAndSet(known, null);
    }
  }

  private static AuthenticateRequest request(Credentials who) {
    return AuthenticateRequest.newBuilder().setName(who.user()).setPassword(who.password()).build();
  }

  private static void settle(
      CompletableFuture<String> fetched,
      @Nullable AuthenticateResponse answer,
      @Nullable Throwable failure) {
    if (answer != null) {
      fetched.complete(answer.getToken());
    } else if (failure != null
        && EtcdError.AUTH_NOT_ENABLED.message().equals(failure.getMessage())) {
      fetched.complete(NOT_NEEDED);
    } else if (failure != null) {
      fetched.completeExceptionally(failure);
    }
  }

  static Call<AuthenticateRequest, AuthenticateResponse, AuthenticateResponse> call(
      AuthenticateRequest request, java.time.Duration timeout) {
    // For the caller whose call waits for the token, nothing was changed if there is none.
    return new Call<>(
        AuthGrpc.getAuthenticateMethod(),
        request,
        CallKind.LOCAL_READ,
        timeout,
        null,
        answer -> answer);
  }
}
