package dev.keelson.client;

import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A unary call that is to be made.
 *
 * @param timeout for all attempts together
 * @param endpoint the one member to ask; null for any
 * @param answer reads the response
 */
record Call<Q, R, T>(
    MethodDescriptor<Q, R> method,
    Q request,
    CallKind kind,
    Duration timeout,
    @Nullable String endpoint,
    Function<R, T> answer) {

  Call<Q, R, T> at(String member) {
    return new Call<>(method, request, kind, timeout, member, answer);
  }
}
