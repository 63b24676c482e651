namespace ServerlessInference.Vision.Detection.Suppression;

/// <summary>A box of the output whose score exceeds the minimum, in pixels of the model's input.</summary>
/// <param name="Left">The left edge in pixels.</param>
/// <param name="Top">The top edge in pixels.</param>
/// <param name="Right">The right edge in pixels.</param>
/// <param name="Bottom">The bottom edge in pixels.</param>
/// <param name="Score">The score, above the minimum, which is 0 or more.</param>
/// <param name="Class">The index of the class.</param>
/// <param name="Box">
/// The index of the box in the output, with which further values of the box can be found, such as mask coefficients.
/// </param>
internal readonly record struct Candidate(float Left, float Top, float Right, float Bottom, float Score, int Class, int Box);
