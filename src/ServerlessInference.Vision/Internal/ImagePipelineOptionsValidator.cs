using Microsoft.Extensions.Options;

namespace ServerlessInference.Vision;

/// <summary>Validates each setting on its own, with source-generated code.</summary>
[OptionsValidator]
internal sealed partial class ImagePipelineOptionsValidator : IValidateOptions<ImagePipelineOptions>;
