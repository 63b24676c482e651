namespace ServerlessInference.Vision.Detection.Heads;

/// <summary>Recognises one kind of head by what is known about an output. Implementations are thread-safe and stateless.</summary>
internal interface IHeadRecognizer
{
    /// <summary>Explains why an output does not have this head.</summary>
    /// <param name="query">The known properties of the output.</param>
    /// <returns>
    /// The reason, or <see langword="null"/> if the output has this head, or may have it because some axes are not known.
    /// </returns>
    string? GetMismatch(in HeadQuery query);

    /// <summary>Computes the sizes of an output that matches.</summary>
    /// <param name="query">The properties of the output, all of which are known.</param>
    /// <returns>The sizes.</returns>
    HeadLayout CreateLayout(in HeadQuery query);
}
