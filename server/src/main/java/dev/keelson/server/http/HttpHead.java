package dev.keelson.server.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Map;

/**
 * What a request says before its body.
 *
 * @param parameters of the query, each with its values in their order
 */
public record HttpHead(
    String method, String path, Map<String, List<String>> parameters, HttpHeaders headers) {}
